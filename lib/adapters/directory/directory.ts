import { CrosslinkError } from '../../errors';
import { cancelledError } from '../../transport/cancelled';
import type { Egress } from '../../transport/egress';
import { createRedact, type Redact } from '../../transport/redact';
import { DEFAULT_RETRY, withRetry } from '../../transport/retry';
import type { DirectoryConnection } from './connection';
import { explainFailure } from './errors';
import { WORK_TIMEOUT_MS } from './limits';
import { loadProfile, type Profile } from './profile';
import { CODES, LateError, ResultError } from './result';
import { Session } from './session';

/** A logged-in session and what is known of the server behind it. */
export interface Reach {
	session: Session;
	profile: Profile;
}

/** The way to one directory for one run: sessions, deadlines, cancel signal, retry of what failed on the way, error classes. */
export class Directory {
	private readonly redact: Redact;

	constructor(
		readonly connection: DirectoryConnection,
		private readonly signal: AbortSignal | undefined,
		private readonly egress: Egress | undefined = undefined,
	) {
		const { identity, tls } = connection;
		this.redact = createRedact([identity === 'certificate' ? '' : identity.password, ...Object.values(tls)]);
	}

	/**
	 * Runs `work` in a session of its own; it may run again, in a new one, when the connection breaks.
	 * @param purpose completes "could not …" in errors
	 */
	async work<T>(purpose: string, work: (reach: Reach) => Promise<T>): Promise<T> {
		return await withRetry(DEFAULT_RETRY, this.signal, purpose, async () => {
			return await this.bounded(purpose, this.redact, async (signal) => {
				const session = await Session.open(this.connection, this.egress, signal);
				try {
					await this.logIn(session);
					const reach = { session, profile: await loadProfile(session, this.connection) };
					return await work(reach).catch(
						async (thrown: unknown) => await Promise.reject(await whyRefused(reach, thrown)),
					);
				} finally {
					session.close();
				}
			});
		});
	}

	/**
	 * Runs `work` in a session in which nobody is logged in yet, once: a login that is tried again counts twice where
	 * accounts are locked after some.
	 * @param secret what `work` deals with beside the connection; it is in no error
	 */
	async once<T>(purpose: string, secret: string, work: (session: Session) => Promise<T>): Promise<T> {
		const alsoSecret = createRedact([secret]);
		return await this.bounded(
			purpose,
			(text) => alsoSecret(this.redact(text)),
			async (signal) => {
				const session = await Session.open(this.connection, this.egress, signal);
				try {
					return await work(session);
				} finally {
					session.close();
				}
			},
		);
	}

	private async logIn(session: Session): Promise<void> {
		const { identity } = this.connection;
		if (identity === 'certificate') await session.bindExternal();
		else await session.bind(identity.dn, identity.password);
	}

	/** Deadline, cancel signal and error classes around a unit of work; what still runs when it ends is cut off. */
	private async bounded<T>(purpose: string, redact: Redact, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
		if (this.signal?.aborted) throw cancelledError(purpose, true);
		const end = new AbortController();
		let stop = (_: Error): void => undefined;
		const cancelled = new Promise<never>((_, reject) => (stop = reject));
		const onAbort = () => stop(cancelledError(purpose, true));
		this.signal?.addEventListener('abort', onAbort, { once: true });
		const timer = setTimeout(() => stop(new LateError(`not done within ${WORK_TIMEOUT_MS} ms`)), WORK_TIMEOUT_MS);
		const running = work(end.signal);
		try {
			return await Promise.race([running, cancelled]);
		} catch (thrown) {
			throw explainFailure(thrown, this.connection.shown, purpose, redact);
		} finally {
			clearTimeout(timer);
			this.signal?.removeEventListener('abort', onAbort);
			end.abort();
			running.catch(() => undefined);
		}
	}
}

/**
 * Makes sure that the server still knows who asks. One that has forgotten answers a search with fewer entries, or none, and
 * not with an error.
 * @returns whom it takes us for, where it can tell
 * @throws CrosslinkError `transient`, `bind_lost`
 */
export async function checkBound({ session, profile }: Reach): Promise<string> {
	if (profile.tellsWho) {
		const who = await session.whoAmI();
		if (who !== '') return who;
		throw bindLost();
	}
	// Anonymous, Active Directory answers this with an error, and others hide the entry.
	try {
		const { entries } = await session.search({
			base: profile.baseDn,
			scope: 'base',
			filter: { has: 'objectClass' },
			attributes: ['1.1'],
		});
		if (entries.length === 1) return '';
	} catch (thrown) {
		if (!(thrown instanceof ResultError)) throw thrown;
		if (thrown.code !== 1) throw thrown;
	}
	throw bindLost();
}

const REFUSALS: number[] = [1, CODES.noSuchObject, CODES.insufficientAccess];

/** A right that is missing, or an entry that is not there, where the server only does not know any more who asks. */
async function whyRefused({ session, profile }: Reach, thrown: unknown): Promise<unknown> {
	const refused = thrown instanceof ResultError && REFUSALS.includes(thrown.code);
	if (!refused || !profile.tellsWho) return thrown;
	return (await session.whoAmI().catch(() => undefined)) === '' ? bindLost() : thrown;
}

function bindLost(): CrosslinkError {
	return new CrosslinkError({
		class: 'transient',
		code: 'bind_lost',
		message: 'The directory does not know any more who is asking: what it shows now may be only a part.',
		remedy: 'It is tried again by itself. If it stays, see the server’s limits for idle and long sessions.',
	});
}
