import { randomBytes } from 'node:crypto';

/** Sessions with their tokens. A token counts only with all the cookies that came with it. */
export class Sessions {
	private readonly tokens = new Map<string, { token: string; xsrf: string }>();
	/** Tokens handed out so far. */
	issued = 0;

	/** Sets for `X-CSRF-Token: Fetch`; who has a session keeps it. */
	open(cookieHeader: string | undefined): { token: string; cookies: string[] } {
		const cookies = readCookies(cookieHeader);
		const held = this.tokens.get(cookies.get(SESSION) ?? '');
		if (held && cookies.get(XSRF) === held.xsrf) return { token: held.token, cookies: [] };
		const [id, xsrf, token] = [random(), random(), random()];
		this.tokens.set(id, { token, xsrf });
		this.issued += 1;
		return {
			token,
			cookies: [
				`${SESSION}=${id}; path=/; HttpOnly`,
				`${XSRF}=${xsrf}; path=/; HttpOnly`,
				'sap-usercontext=sap-language=EN&sap-client=100; path=/',
			],
		};
	}

	allows(token: string | undefined, cookieHeader: string | undefined): boolean {
		const cookies = readCookies(cookieHeader);
		const held = this.tokens.get(cookies.get(SESSION) ?? '');
		return held !== undefined && held.token === token && cookies.get(XSRF) === held.xsrf;
	}

	/** All sessions time out. */
	expire(): void {
		this.tokens.clear();
	}
}

const SESSION = 'SAP_SESSIONID_S4H_100';
const XSRF = 'sap-XSRF_S4H_100';

export function readCookies(header: string | undefined): Map<string, string> {
	const pairs = (header ?? '').split(';').map((pair) => pair.trim());
	return new Map(
		pairs.map((pair) => {
			const at = pair.indexOf('=');
			return [pair.slice(0, at), pair.slice(at + 1)];
		}),
	);
}

const random = () => randomBytes(12).toString('base64url');
