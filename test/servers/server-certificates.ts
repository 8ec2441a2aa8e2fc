import { openWorkshop, type Certificate, type Workshop } from './certificates';

/** What a TLS server of the tests is set up with. */
export interface ServerCertificates {
	workshop: Workshop;
	authority: Certificate;
	server: Certificate;
}

/** An authority of its own, and a certificate of it for a server with these names (`DNS:localhost,IP:127.0.0.1`). */
export async function certificatesFor(names: string): Promise<ServerCertificates> {
	const workshop = await openWorkshop();
	// RSA: the GnuTLS of some slapd and Samba packages reads it in any form.
	const authority = await workshop.authority('authority', 'rsa');
	return { workshop, authority, server: await workshop.issue('server', authority, { kind: 'rsa', names }) };
}
