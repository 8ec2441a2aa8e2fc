/** How often a line repeats itself where the output is no terminal, in milliseconds. */
const PLAIN_INTERVAL_MS = 15_000;

export interface Terminal {
	isTTY?: boolean;
	columns?: number;
	write(text: string): unknown;
}

/** `2 min 10 s`, `45 s`. */
export function duration(ms: number): string {
	const seconds = Math.round(ms / 1000);
	return seconds < 60 ? `${seconds} s` : `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
}

/** The steps of a start, one line each: rewritten in place in a terminal, repeated now and then in a log. */
export class Progress {
	private number = 0;
	private title = '';
	private startedAt = 0;
	private saidAt = 0;

	constructor(
		private readonly total: number,
		private readonly terminal: Terminal = process.stdout,
		private readonly now: () => number = Date.now,
	) {}

	/** Runs a step; `work` may say how far it is, and returns what to say at its end. */
	async step<T>(title: string, work: (say: (text: string) => void) => Promise<[said: string, value: T]>): Promise<T> {
		this.number += 1;
		this.title = title;
		this.startedAt = this.now();
		this.saidAt = 0;
		this.say('…');
		const [said, value] = await work((text) => this.say(text));
		this.print(`${said} (${duration(this.now() - this.startedAt)})`, '\n');
		return value;
	}

	/** Leaves a half-written line behind. */
	breakLine(): void {
		if (this.terminal.isTTY) this.terminal.write('\n');
	}

	private say(text: string): void {
		if (this.terminal.isTTY) return this.print(text, '');
		if (this.saidAt !== 0 && this.now() - this.saidAt < PLAIN_INTERVAL_MS) return;
		if (this.saidAt === 0 && text === '…') {
			this.saidAt = this.now();
			return;
		}
		this.saidAt = this.now();
		this.print(text, '\n');
	}

	private print(text: string, end: string): void {
		const line = `[${this.number}/${this.total}] ${this.title}: ${text}`;
		if (!this.terminal.isTTY) return void this.terminal.write(line + end);
		const width = this.terminal.columns || 80;
		const shown = end === '' && line.length >= width ? `${line.slice(0, width - 2)}…` : line;
		this.terminal.write(`\r\x1b[K${shown}${end}`);
	}
}
