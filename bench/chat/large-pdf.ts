const LINES_PER_PAGE = 60
const LINE = 'The harbour master writes down every ship that enters the west pier (berth 12).'

/** A PDF of some `bytes` with plain text on every page, as a program that prints reports makes it. */
export function largePdf(bytes: number): Buffer<ArrayBuffer> {
  const page = contentOf()
  const pages = Math.floor(bytes / (page.length + 260))
  const objects = [
    '<< /Type /Catalog /Pages 2 0 R >>',
    `<< /Type /Pages /Count ${pages} /Kids [${kids(pages)}] >>`,
    '<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>',
  ]
  for (let number = 0; number < pages; number += 1) {
    objects.push(
      `<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents ${5 + number * 2} 0 R /Resources << /Font << /F1 3 0 R >> >> >>`,
      `<< /Length ${page.length} >>\nstream\n${page}\nendstream`,
    )
  }
  return assemble(objects)
}

function kids(pages: number): string {
  return Array.from({ length: pages }, (_, number) => `${4 + number * 2} 0 R`).join(' ')
}

function contentOf(): string {
  const escaped = LINE.replace(/[()]/g, (bracket) => `\\${bracket}`)
  const lines = Array.from({ length: LINES_PER_PAGE }, () => `(${escaped}) Tj T*`)
  return `BT /F1 9 Tf 40 800 Td 12 TL\n${lines.join('\n')}\nET`
}

function assemble(objects: string[]): Buffer<ArrayBuffer> {
  let body = '%PDF-1.4\n'
  const offsets = objects.map((object, index) => {
    const offset = body.length
    body += `${index + 1} 0 obj\n${object}\nendobj\n`
    return offset
  })
  const rows = offsets.map((offset) => `${String(offset).padStart(10, '0')} 00000 n \n`).join('')
  const table = `xref\n0 ${objects.length + 1}\n0000000000 65535 f \n${rows}`
  const trailer = `trailer\n<< /Size ${objects.length + 1} /Root 1 0 R >>\nstartxref\n${body.length}\n%%EOF\n`
  return Buffer.from(body + table + trailer, 'latin1')
}
