import Fastify from 'fastify';

type Values = Record<string, string | null>;

interface Contact {
	id: string;
	sequence: number;
	changedAt: string;
	fields: Values;
	removed: boolean;
}

const FIELDS = ['name', 'phone', 'note', 'externalRef'];
const MOST = 50;
const HTTP = { refused: 401, tooMany: 400, down: 503 };

/** A phonebook with a REST interface, as a small vendor would have one: batches, a unique reference, a change number. */
export class PhonebookStandIn {
	readonly token = 'phonebook-secret-0123456789';
	url = '';
	/** Calls that arrived, and the entries of the largest one. */
	calls = 0;
	largestBatch = 0;
	/** The next write is done, and the connection cut; every call is refused; none is answered. */
	loseNextWrite = false;
	down = false;
	hangs = false;
	private sequence = 0;
	private ids = 100;
	private readonly contacts = new Map<string, Contact>();
	private readonly server = Fastify({ forceCloseConnections: true });

	/** Starts it on a free port of the loopback. */
	static async start(): Promise<PhonebookStandIn> {
		const standIn = new PhonebookStandIn();
		standIn.routes();
		standIn.url = await standIn.server.listen({ host: '127.0.0.1', port: 0 });
		return standIn;
	}

	async stop(): Promise<void> {
		await this.server.close();
	}

	get live(): Contact[] {
		return [...this.contacts.values()].filter(({ removed }) => !removed);
	}

	/** A live contact's values that are set. */
	valuesOf(id: string): Record<string, string> | undefined {
		const contact = this.contacts.get(id);
		if (contact === undefined || contact.removed) return undefined;
		return Object.fromEntries(Object.entries(contact.fields).filter((entry): entry is [string, string] => !!entry[1]));
	}

	/** As a person edits it. */
	edit(id: string, fields: Values): void {
		const contact = this.contacts.get(id);
		if (contact === undefined) throw new Error(`no contact ${id}`);
		this.change(contact, fields);
	}

	bin(id: string): boolean {
		const contact = this.contacts.get(id);
		if (contact === undefined || contact.removed) return false;
		contact.removed = true;
		return true;
	}

	private routes(): void {
		this.server.addHook('onRequest', async (request, reply) => {
			this.calls++;
			if (this.hangs) await new Promise(() => {});
			if (this.down) return await reply.code(HTTP.down).send({ message: 'down for maintenance' });
			const known = request.headers.authorization === `Bearer ${this.token}`;
			return known ? undefined : await reply.code(HTTP.refused).send({ message: 'unknown token' });
		});
		this.server.get('/account', async () => ({ account: 'acme' }));
		this.server.get('/contacts', async (request) => {
			const { after = '0', limit = '100' } = request.query as { after?: string; limit?: string };
			const changed = this.live.filter(({ sequence }) => sequence > Number(after));
			changed.sort((left, right) => left.sequence - right.sequence);
			return { contacts: changed.slice(0, Number(limit)), latest: this.sequence };
		});
		this.batch('/contacts/read', ({ by, values }: { by: 'id' | 'externalRef'; values: string[] }) => ({
			entries: values.length,
			answer: () => ({
				contacts: this.live.filter(({ id, fields }) =>
					values.includes((by === 'id' ? id : fields['externalRef']) ?? ''),
				),
			}),
		}));
		this.batch('/contacts/write', ({ contacts }: { contacts: Array<{ id?: string; fields: Values }> }) => ({
			entries: contacts.length,
			writes: true,
			answer: () => ({ results: contacts.map((one) => this.write(one)) }),
		}));
		this.batch('/contacts/remove', ({ ids }: { ids: string[] }) => ({
			entries: ids.length,
			writes: true,
			answer: () => ({ removed: ids.filter((id) => this.bin(id)) }),
		}));
	}

	private batch<Body>(path: string, serve: (body: Body) => { entries: number; writes?: true; answer(): object }): void {
		this.server.post(path, async (request, reply) => {
			const { entries, writes, answer } = serve(request.body as Body);
			this.largestBatch = Math.max(this.largestBatch, entries);
			if (entries > MOST) return await reply.code(HTTP.tooMany).send({ message: `at most ${MOST} at once` });
			const answered = answer();
			if (writes && this.loseNextWrite) {
				this.loseNextWrite = false;
				request.raw.socket.destroy();
			}
			return answered;
		});
	}

	private write({ id, fields }: { id?: string; fields: Values }) {
		const wrong = Object.entries(fields).find(([name, value]) => !FIELDS.includes(name) || (value ?? '').length > 80);
		if (wrong !== undefined) {
			return { problem: { code: 'invalid', field: wrong[0], message: 'unknown, or longer than 80 characters' } };
		}
		const byKey = () => this.live.find((one) => one.fields['externalRef'] === fields['externalRef']);
		const known = id === undefined ? byKey() : this.live.find((one) => one.id === id);
		if (known !== undefined) return { contact: this.change(known, fields), created: false };
		if (id !== undefined) return { problem: { code: 'gone', message: 'no such contact' } };
		const made: Contact = { id: String(++this.ids), sequence: 0, changedAt: '', fields: {}, removed: false };
		this.contacts.set(made.id, made);
		return { contact: this.change(made, fields), created: true };
	}

	private change(contact: Contact, fields: Values): Contact {
		for (const [name, value] of Object.entries(fields)) {
			// It keeps telephone numbers without blanks.
			contact.fields[name] = (name === 'phone' ? value?.replaceAll(' ', '') : value) || null;
		}
		contact.sequence = ++this.sequence;
		contact.changedAt = new Date().toISOString();
		return { ...contact, fields: { ...contact.fields } };
	}
}
