import { createTheme, type MantineColorsTuple } from '@mantine/core'

// 港: deep water, paper, and one buoy. Every pair used for text is at least 4.5 : 1 (WCAG 1.4.3).
const water: MantineColorsTuple = [
  '#eef4f9',
  '#dbe8f2',
  '#b9d2e6',
  '#93b9d8',
  '#7fb2e0',
  '#4a86b8',
  '#2f6f9f',
  '#1f5c8b',
  '#143a5a',
  '#0d2a43',
]

/** The signal colour: only for the one act that matters on a screen. */
const signal: MantineColorsTuple = [
  '#fdf0ec',
  '#fadcd2',
  '#f5b8a5',
  '#f09377',
  '#f0764e',
  '#e4572e',
  '#d04a26',
  '#c8401f',
  '#a93519',
  '#832912',
]

const warmGray: MantineColorsTuple = [
  '#fbfaf8',
  '#f4f2ee',
  '#ebe8e2',
  '#dedad2',
  '#c9c4ba',
  '#a8a297',
  '#6f695f',
  '#5c574f',
  '#3e3a34',
  '#211f1b',
]

/** Night water. 0 is text, 7 the page, 8 what lies under it. */
const night: MantineColorsTuple = [
  '#dfe6ed',
  '#c3ced9',
  '#93a3b3',
  '#71849a',
  '#34475a',
  '#25364a',
  '#1b2937',
  '#0f1a25',
  '#0b141d',
  '#070d14',
]

const fonts =
  'system-ui, -apple-system, "Segoe UI", "Hiragino Sans", "Yu Gothic UI", Meiryo, ' +
  '"Noto Sans CJK JP", "Noto Sans JP Variable", sans-serif'

export const theme = createTheme({
  colors: { water, signal, gray: warmGray, dark: night },
  primaryColor: 'water',
  primaryShade: { light: 7, dark: 4 },
  autoContrast: true,
  luminanceThreshold: 0.3,
  black: '#1a2430',
  white: '#ffffff',
  defaultRadius: 6,
  cursorType: 'pointer',
  respectReducedMotion: true,
  focusRing: 'auto',
  fontFamily: fonts,
  fontFamilyMonospace: 'ui-monospace, "SF Mono", Menlo, Consolas, "Noto Sans Mono", monospace',
  fontSizes: { xs: '0.75rem', sm: '0.875rem', md: '0.875rem', lg: '1rem', xl: '1.125rem' },
  headings: {
    fontFamily: fonts,
    fontWeight: '600',
    sizes: {
      h1: { fontSize: '1.375rem', lineHeight: '1.35' },
      h2: { fontSize: '1.0625rem', lineHeight: '1.4' },
      h3: { fontSize: '0.9375rem', lineHeight: '1.45' },
    },
  },
  components: {
    Button: { defaultProps: { variant: 'default', size: 'sm' } },
    // Mantine's focus placeholder is a child no menu may have (axe: aria-required-children).
    Menu: { defaultProps: { shadow: 'md', withInitialFocusPlaceholder: false } },
    Modal: { defaultProps: { centered: true, radius: 10, transitionProps: { duration: 120 } } },
    Tooltip: { defaultProps: { openDelay: 300, withArrow: true } },
    Anchor: { defaultProps: { underline: 'hover' } },
  },
})
