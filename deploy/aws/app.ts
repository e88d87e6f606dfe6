import { App } from 'aws-cdk-lib'
import { createStacks } from './minato-stack.ts'
import { readSettings } from './settings.ts'
import { createSmallStack, readSmallSettings } from './small/small-stack.ts'

const app = new App()
// `cdk deploy -c small=true …`: one machine instead of the whole.
if (app.node.tryGetContext('small') === undefined) createStacks(app, readSettings(app))
else createSmallStack(app, readSmallSettings(app))
app.synth()
