import '@mantine/core/styles.layer.css'
import './styles/global.css'
import { currentLocale, rememberLocale } from './locale.ts'
import { addMessages, loadMessages } from './messages.ts'
import { isOutside } from './outside/paths.ts'

addMessages('parts', {
  ja: () => import('./messages/ja/parts.ts'),
  en: () => import('./messages/en/parts.ts'),
})

/**
 * The pages before the sign-in and those behind it are two programs that share parts: who signs
 * in does not wait for the apps. Going from one to the other is a load of the page, which also
 * leaves nothing of the last session in memory.
 */
async function start(): Promise<void> {
  rememberLocale(currentLocale())
  const part = isOutside(location.pathname)
    ? import('./outside/start.tsx')
    : import('./inside/start.tsx')
  const { start } = await part
  await start()
  // Only where the system has no Japanese font of its own does the browser fetch slices of it.
  void import('@fontsource-variable/noto-sans-jp/wght.css')
}

async function sayBroken(): Promise<void> {
  await loadMessages(currentLocale()).catch(() => undefined)
  const japanese = currentLocale() === 'ja'
  const text = document.createElement('p')
  text.style.margin = '48px 24px'
  text.textContent = japanese
    ? 'Minato を読み込めませんでした。通信状態を確かめて、再読み込みしてください。'
    : 'Minato could not be loaded. Check the connection and reload the page.'
  document.getElementById('root')?.replaceChildren(text)
}

start().catch(async (error: unknown) => {
  console.error(error)
  await sayBroken()
})
