import { Icon } from '@minato/web/icon'
import { useMessages } from '@minato/web/messages'
import { IconPhotoOff, IconSquare, IconSquareCheck } from '@tabler/icons-react'
import type { ElementContent } from 'hast'
import { type ComponentProps, memo, useEffect, useMemo, useState } from 'react'
import ReactMarkdown, { type Components, type ExtraProps } from 'react-markdown'
import remarkGfm from 'remark-gfm'
import { CodeBlock } from './code-block.tsx'
import { Formula } from './formula.tsx'
import './highlight.css'
import classes from './markdown.module.css'
import { hasMath, mathSource } from './math-source.ts'
import { OutsideLink } from './outside-link.tsx'

/**
 * An answer's Markdown, inert: HTML stays text, pictures are named but not loaded, links say where
 * they lead. Formulas and colours come with their own scripts, when there are some.
 */
const Markdown = memo(function Markdown({ text }: { text: string }) {
  const t = useMessages('chatbot')
  const source = useMemo(() => mathSource(text), [text])
  const mathematics = useMathematics(hasMath(source))
  return (
    <div className={classes.markdown}>
      <ReactMarkdown
        remarkPlugins={[
          [remarkGfm, { singleTilde: false }],
          ...(mathematics === undefined ? [] : [mathematics.remarkMathematics]),
        ]}
        remarkRehypeOptions={{ footnoteLabel: t('markdown.notes') }}
        // The parts below judge every address; nothing else may have one.
        urlTransform={(url, key) => (key === 'href' || key === 'src' ? url : null)}
        components={parts}
      >
        {source}
      </ReactMarkdown>
    </div>
  )
})

export default Markdown

type Mathematics = typeof import('./mathematics.ts')
let loaded: Mathematics | undefined

function useMathematics(needed: boolean): Mathematics | undefined {
  const [mathematics, setMathematics] = useState(loaded)
  useEffect(() => {
    if (!needed || mathematics !== undefined) return
    let gone = false
    // Without it the formula stands there as it was written.
    import('./mathematics.ts').then(
      (found) => {
        loaded = found
        if (!gone) setMathematics(found)
      },
      () => undefined,
    )
    return () => {
      gone = true
    }
  }, [needed, mathematics])
  return needed ? mathematics : undefined
}

type Part<T extends keyof React.JSX.IntrinsicElements> = ComponentProps<T> & ExtraProps

const parts: Components = {
  a: LinkPart,
  img: PicturePart,
  pre: CodePart,
  code: InlineCodePart,
  table: TablePart,
  input: TaskPart,
  // The page's own headings are above these.
  h1: ({ children }) => <h3>{children}</h3>,
  h2: ({ children }) => <h4>{children}</h4>,
  h3: ({ children }) => <h5>{children}</h5>,
  h4: ({ children }) => <h6>{children}</h6>,
  h5: ({ children }) => <h6>{children}</h6>,
  h6: ({ children }) => <h6>{children}</h6>,
}

function LinkPart({ href = '', children, node }: Part<'a'>) {
  // A footnote's mark: its number is enough.
  if (href.startsWith('#')) return <span>{children}</span>
  return (
    <OutsideLink address={href} text={textOf(node)}>
      {children}
    </OutsideLink>
  )
}

function PicturePart({ src, alt }: Part<'img'>) {
  const t = useMessages('chatbot')
  const address = typeof src === 'string' ? src : ''
  return (
    <span className={classes.picture} data-raw>
      <Icon of={IconPhotoOff} size={16} />
      <span>
        {t('markdown.picture')}
        {alt ? `: ${alt}` : ''} <code>{address.slice(0, 200)}</code>
      </span>
    </span>
  )
}

function CodePart({ node }: Part<'pre'>) {
  const code = node?.children.find((child) => child.type === 'element')
  const names = classNames(code)
  const text = textOf(code).replace(/\n$/, '')
  if (names.includes('math-display') && loaded !== undefined)
    return <Formula source={text} display draw={loaded.drawFormula} />
  const language = names.find((name) => name.startsWith('language-'))
  return <CodeBlock code={text} language={language?.slice('language-'.length) ?? ''} />
}

function InlineCodePart({ node, children }: Part<'code'>) {
  if (classNames(node).includes('math-inline') && loaded !== undefined)
    return <Formula source={textOf(node)} display={false} draw={loaded.drawFormula} />
  return <code data-raw>{children}</code>
}

function classNames(node: ElementContent | undefined): string[] {
  const names = node?.type === 'element' ? node.properties['className'] : undefined
  return Array.isArray(names) ? names.map(String) : []
}

function TablePart({ children }: Part<'table'>) {
  const t = useMessages('chatbot')
  return (
    <section
      className={classes.table}
      aria-label={t('markdown.table')}
      // biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, also by key
      tabIndex={0}
    >
      <table>{children}</table>
    </section>
  )
}

function TaskPart({ checked }: Part<'input'>) {
  const t = useMessages('chatbot')
  return (
    <Icon
      of={checked ? IconSquareCheck : IconSquare}
      size={16}
      label={t(checked ? 'markdown.done' : 'markdown.open')}
      className={classes.task ?? ''}
    />
  )
}

function textOf(node: ElementContent | undefined): string {
  if (node === undefined) return ''
  if (node.type === 'text') return node.value
  return node.type === 'element' ? node.children.map(textOf).join('') : ''
}
