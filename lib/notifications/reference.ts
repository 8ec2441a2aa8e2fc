import { createHash } from 'node:crypto';

/** What makes a message the same message: sent again for these, it is a repetition. */
export interface Identity {
	tenant: string;
	integration: string;
	event: string;
	eventKey: string;
	to: readonly string[];
}

/**
 * Ours, 32 hexadecimal digits, equal for equal identities, and telling nothing of them: it is shown to whoever gets the
 * message (Message-ID, metadata).
 */
export function referenceOf({ tenant, integration, event, eventKey, to }: Identity): string {
	const places = [...new Set(to.map((one) => one.toLowerCase()))].sort();
	return createHash('sha256')
		.update(JSON.stringify([tenant, integration, event, eventKey, places]))
		.digest('hex')
		.slice(0, 32);
}
