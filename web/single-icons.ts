import type { Plugin } from 'vite'

const barrel = /import\s*\{([^}]*)\}\s*from\s*['"]@tabler\/icons-react['"]/g

/**
 * Turns `import { IconAnchor } from '@tabler/icons-react'` into an import of that one file. The
 * package's door re-exports six thousand icons; reading them all costs seconds a build.
 */
export function singleIcons(): Plugin {
  return {
    name: 'minato-single-icons',
    enforce: 'pre',
    transform: {
      filter: { id: /\.tsx?$/, code: '@tabler/icons-react' },
      handler(code) {
        return code.replace(barrel, (_, names: string) =>
          names
            .split(',')
            .map((name) => name.trim())
            .filter((name) => name !== '' && !name.startsWith('type '))
            .map((name) => {
              const [icon, as = icon] = name.split(/\s+as\s+/)
              return `import ${as} from '@tabler/icons-react/dist/esm/icons/${icon}.mjs'`
            })
            .join(';'),
        )
      },
    },
  }
}
