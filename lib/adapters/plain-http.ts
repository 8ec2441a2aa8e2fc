const LOOPBACK = /^(localhost|127(\.\d+){3}|\[::1\])$/i;

/** What a person should know of an address without TLS; nothing of one on this machine. */
export function plainHttpCaveat(url: string): string[] {
	if (!URL.canParse(url)) return [];
	const { protocol, hostname, host } = new URL(url);
	if (protocol !== 'http:' || LOOPBACK.test(hostname)) return [];
	return [`Calls to ${host} go without TLS: whoever is in between can read the credentials and change everything.`];
}
