export default {
  sandbox: {
    title: 'Sandbox',
    intro: 'Stand-ins for outside services. Let them misbehave and see how the system takes it.',
    none: 'No sandbox runs here',
    noneDetail:
      'This server uses real services. On a laptop, what is not configured is stood in for by a sandbox.',
    count: 'For how many requests',
    countHelp: 'Then the service is normal again.',
    countNone: 'Until changed',
    active: 'In force',
    remaining: ({ count }: { count: number }) =>
      count === 1 ? 'for one more request' : `for ${count} more requests`,
    set: '{service}: {scenario}',
    reset: 'Reset everything',
    resetTitle: 'Reset the whole sandbox?',
    resetDetail:
      'All mails, files and requests of the sandbox are deleted and every service is normal again.',
    resetDone: 'The sandbox is as new',
    requests: 'What was asked',
    noRequests: 'No requests yet.',
    service: 'Service',
    request: 'Request',
    scenario: 'Scenario',
    status: 'Answer',
    outcome: 'Outcome',
    running: 'Running',
    completed: 'Completed',
    failed: 'Failed',
    aborted: 'Hung up',
  },
}
