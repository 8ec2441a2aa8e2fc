import { CrosslinkError } from '../../../../lib/errors';
import type { Transport, TransportRequest, TransportResponse } from '../../../../lib/transport/transport';

/** Contacts in one call; the phonebook refuses more. */
export const BATCH = 50;

/** A contact as the phonebook sends it. `sequence` grows with every change of any contact. */
export interface Contact {
	id: string;
	sequence: number;
	changedAt: string;
	fields: Record<string, string | null>;
}

/** What an operation says of its call: `purpose` is read by people, in errors. */
type Call = Pick<TransportRequest, 'method' | 'purpose' | 'idempotent'> & { path: string; body?: unknown };

/** Speaks the phonebook's HTTP, and nothing else does. */
export class PhonebookClient {
	constructor(
		private readonly transport: Transport,
		private readonly baseUrl: string,
		private readonly token: string,
	) {}

	async ask<Answer>({ path, body, ...call }: Call): Promise<Answer> {
		const answer = await this.transport.request({
			...call,
			url: `${this.baseUrl}${path}`,
			headers: { authorization: `Bearer ${this.token}`, 'content-type': 'application/json' },
			body: body === undefined ? undefined : JSON.stringify(body),
			budget: 'general',
		});
		return parsed(answer, call.purpose) as Answer;
	}
}

function parsed(answer: TransportResponse, purpose: string): unknown {
	try {
		return JSON.parse(answer.body);
	} catch {
		throw new CrosslinkError({
			class: 'transient',
			code: 'answer_unreadable',
			message: `The phonebook sent no JSON, asked to ${purpose}.`,
			remedy: 'Check the base URL: a proxy or a login page may have answered in its place.',
		});
	}
}

/** Lists cut into what one call takes. */
export function batches<T>(all: readonly T[]): T[][] {
	return Array.from({ length: Math.ceil(all.length / BATCH) }, (_, at) => all.slice(at * BATCH, (at + 1) * BATCH));
}
