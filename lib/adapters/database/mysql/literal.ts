/** A name, the only way one gets into a statement. */
export function quoted(name: string): string {
	return `\`${name.replaceAll('`', '``')}\``;
}

/** A text in a statement: as hexadecimal digits, so that no mode of the server can read anything else out of it. */
export function literal(text: string): string {
	return text === '' ? "''" : `_utf8mb4 X'${Buffer.from(text, 'utf8').toString('hex')}'`;
}
