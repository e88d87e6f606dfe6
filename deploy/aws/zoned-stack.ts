import { type App, Stack, type StackProps } from 'aws-cdk-lib'

/** A stack whose zones are named, not looked up: its template is the same wherever it is made, also offline. */
export class ZonedStack extends Stack {
  private readonly zones: string[]

  constructor(app: App, id: string, props: StackProps, zones: string[]) {
    super(app, id, props)
    this.zones = zones
  }

  override get availabilityZones(): string[] {
    return this.zones
  }
}
