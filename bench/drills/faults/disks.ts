/** Disks small enough to fill. */
export const DISK_OVERRIDE = `volumes:
${disk('files', 64)}${disk('postgres', 512)}`

function disk(name: string, megabytes: number): string {
  return `  ${name}:
    driver: local
    driver_opts:
      type: tmpfs
      device: tmpfs
      o: size=${megabytes}m,uid=10001,gid=10001,mode=0700
`
}
