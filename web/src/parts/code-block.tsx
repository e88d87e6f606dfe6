import classes from './blocks.module.css'

/** Text as it is; long ones scroll in their own frame, by the keyboard too. */
export function CodeBlock({ children, label }: { children: string | undefined; label: string }) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by the keyboard
    <section className={classes.code} aria-label={label} tabIndex={0}>
      <code>{children}</code>
    </section>
  )
}
