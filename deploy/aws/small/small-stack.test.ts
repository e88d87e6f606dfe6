import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { test } from 'node:test'
import { App, Stack } from 'aws-cdk-lib'
import { Match, Template } from 'aws-cdk-lib/assertions'
import cdk from '../cdk.json' with { type: 'json' }
import { createSmallStack, readSmallSettings } from './small-stack.ts'

const CONTEXT = {
  account: '111122223333',
  domain: 'chat.example.com',
  mail: 'ops@example.com',
  image: 'minato:1.2.3',
  llmUrl: 'https://api.openai.com/v1',
  llmModel: 'gpt-5-mini',
}

function templateWith(context: Record<string, string>): Template {
  const app = new App({ context: { ...CONTEXT, ...context, ...cdk.context } })
  return Template.fromStack(createSmallStack(app, readSmallSettings(app)))
}

function ports(template: Template): { port: number; from: string }[] {
  const [group] = Object.values(template.findResources('AWS::EC2::SecurityGroup'))
  return group?.['Properties'].SecurityGroupIngress.map(
    (rule: { FromPort: number; CidrIp: string }) => ({ port: rule.FromPort, from: rule.CidrIp }),
  )
}

test('80 and 443 are open, and nothing else: sessions are opened by Systems Manager', () => {
  const template = templateWith({})
  assert.deepEqual(
    ports(template).map(({ port }) => port),
    [443, 80],
  )
  template.hasResourceProperties('AWS::IAM::Role', {
    ManagedPolicyArns: [
      Match.objectLike({
        'Fn::Join': Match.arrayWith([
          Match.arrayWith([Match.stringLikeRegexp('AmazonSSMManagedInstanceCore')]),
        ]),
      }),
    ],
  })
})

test('SSH is opened to one range, never to the world', () => {
  const template = templateWith({ sshFrom: '203.0.113.0/29' })
  assert.deepEqual(ports(template).at(-1), { port: 22, from: '203.0.113.0/29' })
  assert.throws(() => templateWith({ sshFrom: '0.0.0.0/0' }), /must not be the whole world/)
})

test('a machine of the free tier with an encrypted disk that outlives it, and IMDSv2', () => {
  const template = templateWith({})
  template.hasResourceProperties('AWS::EC2::Instance', {
    InstanceType: 't3.micro',
    BlockDeviceMappings: [
      Match.objectLike({ Ebs: Match.objectLike({ Encrypted: true, DeleteOnTermination: false }) }),
    ],
  })
  template.hasResourceProperties('AWS::EC2::LaunchTemplate', {
    LaunchTemplateData: Match.objectLike({ MetadataOptions: { HttpTokens: 'required' } }),
  })
})

test('alarms for credits, disk, memory and silence', () => {
  const template = templateWith({})
  for (const MetricName of [
    'CPUCreditBalance',
    'disk_used_percent',
    'mem_used_percent',
    'StatusCheckFailed',
  ]) {
    template.hasResourceProperties('AWS::CloudWatch::Alarm', { MetricName })
  }
})

test('the script of the first start is one a shell reads, with everything filled in', () => {
  const template = templateWith({})
  const [machine] = Object.values(template.findResources('AWS::EC2::Instance'))
  const script = Stack.of(new Stack()).resolve(machine?.['Properties'].UserData['Fn::Base64'])
  const text = flat(script)
  assert.doesNotMatch(text, /@[A-Z_]+@/)
  assert.match(text, /init production --yes/)
  assert.match(text, /--size small --domain chat\.example\.com/)
  const { status, stderr } = spawnSync('bash', ['-n'], { input: text, encoding: 'utf8' })
  assert.equal(status, 0, stderr)
})

test('what a shell would read differently is refused', () => {
  assert.throws(() => templateWith({ domain: 'a.example.com; reboot' }), /domain is missing or has/)
  assert.throws(() => templateWith({ image: 'minato:latest' }), /must not be :latest/)
})

/** A joined text of CloudFormation, with names where values come later. */
function flat(value: unknown): string {
  if (typeof value === 'string') return value
  const [, parts] = (value as { 'Fn::Join': [string, unknown[]] })['Fn::Join']
  return parts.map((part) => (typeof part === 'string' ? part : 'VALUE')).join('')
}
