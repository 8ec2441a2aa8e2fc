/** What of ldapts is used: how messages are written and read. Its client is not, see session.ts. */
export type Codec = typeof import('ldapts');

/** The library, loaded the first time it is needed. */
export async function loadCodec(): Promise<Codec> {
	return await import('ldapts');
}
