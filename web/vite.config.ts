import { fileURLToPath } from 'node:url'
import react from '@vitejs/plugin-react'
import type { InlineConfig } from 'vite'
import { singleIcons } from './single-icons.ts'

const here = fileURLToPath(new URL('.', import.meta.url))

/**
 * One configuration for `vite` by hand and for `buildWeb`. The nonce stays a placeholder: the
 * server puts a fresh one into every page it sends, so `unsafe-inline` is never needed.
 */
export function webConfig(outDir = 'dist'): InlineConfig {
  return {
    root: here,
    configFile: false,
    plugins: [singleIcons(), react()],
    html: { cspNonce: '__CSP_NONCE__' },
    build: {
      outDir,
      emptyOutDir: true,
      manifest: true,
      target: 'es2022',
      // data: addresses would widen the content security policy
      assetsInlineLimit: 0,
      modulePreload: { polyfill: false },
      reportCompressedSize: false,
      chunkSizeWarningLimit: 1000,
    },
    logLevel: 'warn',
  }
}

export default webConfig()
