import { Cookies } from './cookies';

/** What one user has with one server: cookies, the CSRF token bound to them, and how far its clock is from ours. */
export class Session {
	readonly cookies = new Cookies();
	private token: string | undefined;
	private fetching: Promise<string> | undefined;
	private skewMs: number | undefined;

	/** The token of this session; fetched once, however many calls want it at the same time. */
	async csrfToken(fetchToken: () => Promise<string>): Promise<string> {
		if (this.token !== undefined) return this.token;
		this.fetching ??= fetchToken().then(
			(token) => {
				this.fetching = undefined;
				this.token = token;
				return token;
			},
			(thrown: unknown) => {
				this.fetching = undefined;
				throw thrown;
			},
		);
		return await this.fetching;
	}

	/** The server no longer takes this token. Another call may have fetched a new one meanwhile: that one is kept. */
	refused(token: string | undefined): void {
		if (this.token !== token) return;
		this.token = undefined;
		this.cookies.clear();
	}

	/** @param dateHeader of any answer */
	notice(dateHeader: string | undefined): void {
		const time = dateHeader === undefined ? NaN : Date.parse(dateHeader);
		if (!Number.isNaN(time)) this.skewMs = time - Date.now();
	}

	/** The server's time; undefined until it has answered once. */
	get serverNow(): Date | undefined {
		return this.skewMs === undefined ? undefined : new Date(Date.now() + this.skewMs);
	}
}

/** Sessions of one process; the least used goes first. */
const MAX_SESSIONS = 100;
/** An unused session is of no use after this: SAP's own end after 15 to 60 minutes. */
const MAX_IDLE_MS = 10 * 60 * 1000;

/** Sessions by connection, for the whole process: a run of ten commands fetches one token. */
export class SessionPool {
	private readonly sessions = new Map<string, { session: Session; usedAt: number }>();

	/**
	 * @param key names server, client and user, and is made of the secret too: who does not know the secret never gets at
	 * the cookies of somebody who does
	 */
	get(key: string): Session {
		const now = Date.now();
		const held = this.sessions.get(key);
		const session = held && now - held.usedAt < MAX_IDLE_MS ? held.session : new Session();
		this.sessions.delete(key);
		this.sessions.set(key, { session, usedAt: now });
		if (this.sessions.size > MAX_SESSIONS) {
			const [oldest] = this.sessions.keys();
			if (oldest !== undefined) this.sessions.delete(oldest);
		}
		return session;
	}
}
