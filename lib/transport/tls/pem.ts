/** One block of a PEM text. */
export interface PemBlock {
	/** What stands between BEGIN and the dashes: `CERTIFICATE`, `PRIVATE KEY`, `ENCRYPTED PRIVATE KEY`, ... */
	label: string;
	/** The whole block with its line breaks as OpenSSL wants them. */
	text: string;
	encrypted: boolean;
}

const BLOCK = /-----BEGIN ([A-Z0-9 ]+)-----([\s\S]*?)-----END \1-----/g;
/** How older tools mark an encrypted key, inside the block. */
const LEGACY_ENCRYPTION = /^(Proc-Type:\s*\S+)\s+(DEK-Info:\s*\S+)\s+/;
/** As OpenSSL writes it; a whole key on one line is too long for its reader. */
const LINE_CHARACTERS = 64;

/** The blocks of a PEM text; input fields of one line, which turn line breaks into blanks or into `\n`, are undone. */
export function readPem(text: string): PemBlock[] {
	return [...text.replaceAll('\\n', '\n').matchAll(BLOCK)].map(([, label = '', body = '']) => {
		const trimmed = body.trim();
		const headers = LEGACY_ENCRYPTION.exec(`${trimmed} `);
		const base64 = trimmed.slice(headers?.[0].length ?? 0).replace(/\s+/g, '');
		const lines = base64.match(new RegExp(`.{1,${LINE_CHARACTERS}}`, 'g')) ?? [];
		const before = headers === null ? [] : [headers[1] ?? '', headers[2] ?? '', ''];
		return {
			label,
			text: [`-----BEGIN ${label}-----`, ...before, ...lines, `-----END ${label}-----`, ''].join('\n'),
			encrypted: headers !== null || label === 'ENCRYPTED PRIVATE KEY',
		};
	});
}

export const isCertificate = ({ label }: PemBlock): boolean => label === 'CERTIFICATE';
export const isPrivateKey = ({ label }: PemBlock): boolean => label.endsWith('PRIVATE KEY');
