/** Cuts a stream of bytes into LDAP messages, each a BER sequence with a definite length. */
export class Framing {
	private pending: Buffer[] = [];
	private size = 0;

	constructor(private readonly maxBytes: number) {}

	/** Nothing of a message is waiting for the rest of it. */
	get isEmpty(): boolean {
		return this.size === 0;
	}

	/**
	 * The messages that are complete with these bytes.
	 * @throws Error for what is no LDAP message, or a larger one than is taken
	 */
	push(bytes: Buffer): Buffer[] {
		this.pending.push(bytes);
		this.size += bytes.length;
		const messages: Buffer[] = [];
		for (;;) {
			const length = this.nextLength();
			if (length === undefined || this.size < length) return messages;
			const all = this.joined();
			messages.push(all.subarray(0, length));
			this.pending = [all.subarray(length)];
			this.size -= length;
		}
	}

	private nextLength(): number | undefined {
		if (this.size < 2) return undefined;
		if ((this.pending[0]?.length ?? 0) < 6 && this.pending.length > 1) this.pending = [this.joined()];
		const head = this.pending[0] ?? Buffer.alloc(0);
		if (head.length < 2) return undefined;
		if (head[0] !== 0x30) throw new Error('the server answers with something that is not LDAP');
		const first = head[1] as number;
		if (first < 0x80) return 2 + first;
		const octets = first & 0x7f;
		if (octets === 0 || octets > 4) throw new Error('the server answers with something that is not LDAP');
		if (head.length < 2 + octets) return undefined;
		const length = 2 + octets + head.readUIntBE(2, octets);
		if (length > this.maxBytes) throw new Error(`an answer has more than ${this.maxBytes} bytes`);
		return length;
	}

	private joined(): Buffer {
		return this.pending.length === 1 ? (this.pending[0] as Buffer) : Buffer.concat(this.pending);
	}
}
