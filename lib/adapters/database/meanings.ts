import type { ErrorClass } from '../../errors';

/** What a failure of a database means for the flow, whichever server it is. */
export interface Meaning {
	class: ErrorClass;
	code: string;
	remedy: string;
}

export const AGAIN = 'It is tried again by itself.';
export const UNREACHABLE: Meaning = {
	class: 'transient',
	code: 'unreachable',
	remedy: `Check host, port and network, and that the database accepts connections from here. ${AGAIN}`,
};
export const LOST: Meaning = { class: 'transient', code: 'answer_lost', remedy: `Nothing was written. ${AGAIN}` };
export const SLOW: Meaning = {
	class: 'transient',
	code: 'timed_out',
	remedy: 'Give the table an index on the column of change and the id; Integration → Test says which table lacks one.',
};
export const SILENT: Meaning = { ...SLOW, remedy: `The server has stopped answering. ${AGAIN}` };
export const NAME: Meaning = {
	class: 'rejected',
	code: 'name_unknown',
	remedy: 'Correct "object" or "source" of the entity in the settings; names are taken as they are spelled.',
};
export const DEADLOCK: Meaning = { class: 'transient', code: 'deadlock', remedy: AGAIN };
export const CERTIFICATE: Meaning = {
	class: 'rejected',
	code: 'certificate_refused',
	remedy:
		'Give the certificate of the authority that signed the server’s under "CA Certificate", and the host as the certificate names it.',
};

/** Codes of the network, before any server has answered. */
export const NETWORK =
	/^(ECONNREFUSED|ENOTFOUND|EAI_AGAIN|ETIMEDOUT|EHOSTUNREACH|EHOSTDOWN|ENETUNREACH|ENOENT|EACCES|EPERM|EADDRNOTAVAIL)$/;
