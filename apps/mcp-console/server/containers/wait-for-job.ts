import { definedErrors, MinatoError } from '@minato/platform/errors'
import type { JobView } from '@minato/platform/jobs'
import type { ConsoleServices } from '../config.ts'
import { containerErrors } from './errors.ts'

/**
 * Waits for a job as if it had run here: a process that only serves the web reaches no Docker engine, so work with
 * secrets is always a worker's.
 *
 * @throws {MinatoError} what the job failed with
 */
export async function waitForJob(
  services: ConsoleServices,
  jobId: string,
  signal: AbortSignal,
): Promise<JobView> {
  let last: JobView | undefined
  for await (const job of services.jobs.watch(jobId, signal)) last = job
  signal.throwIfAborted()
  if (last?.state === 'succeeded') return last
  const row = definedErrors()[last?.reason ?? '']
  if (row === undefined) throw containerErrors.MCP_CONSOLE_INSTALL_CANCELLED()
  throw new MinatoError(last?.reason ?? '', { ...row, detail: last?.detail ?? row.detail })
}
