export default {
  connections: {
    title: 'Live connections',
    intro: 'Who is connected now, over all web processes. Pages open one only when they need it.',
    empty: 'Nobody is connected live',
    emptyDetail: 'A connection appears here while somebody watches running work or a shared room.',
    more: 'The newest {shown} of {total} connections.',
    query: 'Name, e-mail or room',
    who: 'Who',
    app: 'App',
    shell: 'Background work',
    rooms: 'Rooms',
    noRooms: 'None',
    address: 'Address',
    since: 'Connected',
  },
}
