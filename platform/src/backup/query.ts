/** Runs one statement on whatever database it is, and gives its rows. */
export type Query = <Row extends object>(text: string, values?: unknown[]) => Promise<Row[]>

/** The same text for the same value on every server, whatever its own settings are. */
export const TEXT_SETTINGS = [
  `set local datestyle = 'ISO, YMD'`,
  `set local timezone = 'UTC'`,
  `set local intervalstyle = 'postgres'`,
  `set local extra_float_digits = 1`,
  `set local bytea_output = 'hex'`,
  `set local search_path = ''`,
]
