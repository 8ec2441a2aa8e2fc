/** Cookies of one server. Whatever it sets goes back with every later call: names differ by release and system. */
export class Cookies {
	private readonly held = new Map<string, string>();

	/** @param lines values of `Set-Cookie`, one cookie each */
	take(lines: readonly string[]): void {
		for (const line of lines) {
			const [pair = '', ...attributes] = line.split(';');
			const at = pair.indexOf('=');
			const name = pair.slice(0, at).trim();
			if (at <= 0 || name === '') continue;
			if (attributes.some(isPast)) this.held.delete(name);
			else this.held.set(name, pair.slice(at + 1).trim());
		}
	}

	/** The `Cookie` header; undefined where there is none. */
	get header(): string | undefined {
		if (this.held.size === 0) return undefined;
		return [...this.held].map(([name, value]) => `${name}=${value}`).join('; ');
	}

	clear(): void {
		this.held.clear();
	}
}

function isPast(attribute: string): boolean {
	const [name = '', value = ''] = attribute.split('=').map((part) => part.trim());
	if (name.toLowerCase() === 'max-age') return Number(value) <= 0;
	return name.toLowerCase() === 'expires' && Date.parse(value) < Date.now();
}
