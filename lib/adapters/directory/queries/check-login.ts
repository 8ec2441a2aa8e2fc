import { CrosslinkError } from '../../../errors';
import type { Fields } from '../../adapter';
import type { QueryAnswer, QueryDescription } from '../../query';
import { reasonInWords, reasonOfPolicy, type RefusalReason } from '../bind-reason';
import type { Directory } from '../directory';
import { textOf, type Entry } from '../entry';
import type { Profile } from '../profile';
import { CODES, ResultError } from '../result';
import { textParameter } from './parameters';
import { attributesOfRows, userRow } from './rows';
import { findSubjects } from './subject';

export const CHECK_LOGIN: QueryDescription = {
	query: 'checkLogin',
	displayName: 'Check Login',
	description: 'Whether this user may log in with this password now, and if not, why; counts as a login there',
	parameters: [
		{
			name: 'login',
			displayName: 'Login',
			description: 'Login name of the user, as it is typed',
			type: 'text',
			required: true,
			maxLength: 1_000,
		},
		{
			name: 'password',
			displayName: 'Password',
			description: 'Goes to the directory only, in one bind; it is in no answer, error or log',
			type: 'text',
			required: true,
			maxLength: 1_000,
			secret: true,
		},
	],
	sensitive: true,
	neverKept: true,
};

/**
 * Looks the user up as the bind user, then binds as the user on a connection of its own, once: a repeated try counts towards
 * a lock. An empty password is refused before anything is asked; on many servers it would be an anonymous bind, and "right".
 */
export async function checkLogin(directory: Directory, parameters: Fields): Promise<QueryAnswer> {
	const login = textParameter(parameters, 'login');
	const password = parameters['password'] ?? '';
	if (typeof password !== 'string') throw passwordInvalid();
	if (password === '') return refusal('emptyPassword', false);

	const found = await directory.work('find the user of a login', async (reach) => {
		const subject = { by: 'login' as const, attribute: '', value: login };
		const entries = await findSubjects(reach, 'user', subject, attributesOfRows(reach.profile));
		return { profile: reach.profile, entries };
	});
	const [entry, ...more] = found.entries;
	if (entry === undefined) return refusal('unknownUser', false);
	if (more.length > 0) throw ambiguous(more.length + 1);
	const user = userRow(found.profile, entry, []);
	const { reason, ...rest } = await tryLogin(directory, found.profile, entry, password);
	if (reason !== undefined) return refusal(reason, isRight(reason), user);
	return { rows: [{ valid: true, reason: null, passwordRight: true, ...rest, user }] };
}

interface Tried {
	reason?: RefusalReason;
	passwordExpiresInSeconds: number | null;
	graceLogins: number | null;
}

async function tryLogin(
	directory: Directory,
	profile: Profile,
	{ dn, ...entry }: Entry,
	password: string,
): Promise<Tried> {
	return await directory.once('check a login', password, async (session) => {
		const { codec } = session;
		const policy = profile.hasPolicy ? [new codec.PasswordPolicyControl()] : [];
		const told = () => policy[0]?.value;
		const answer = (reason?: RefusalReason): Tried => ({
			...(reason !== undefined && { reason }),
			passwordExpiresInSeconds: told()?.timeBeforeExpiration ?? null,
			graceLogins: told()?.graceAuthNsRemaining ?? null,
		});
		try {
			await session.bind(dn, password, policy);
		} catch (thrown) {
			if (!(thrown instanceof ResultError)) throw thrown;
			const reason = reasonOf(thrown, { dn, ...entry }, told()?.error);
			if (reason === undefined) throw thrown;
			return answer(reason);
		}
		// The password was right, but the server lets the user do nothing but change it.
		const unusable = reasonOfPolicy(told()?.error);
		if (unusable !== undefined) return answer(unusable);
		// A server may answer "success" to whom it then knows as nobody.
		if (profile.tellsWho && (await session.whoAmI()) === '') return answer('refused');
		return answer();
	});
}

/** Undefined = it says nothing about this user: the server is at fault, or the connection. */
function reasonOf(
	{ code, diagnostic }: ResultError,
	entry: Entry,
	policy: number | undefined,
): RefusalReason | undefined {
	if (code === CODES.invalidCredentials) {
		const said = reasonInWords(diagnostic) ?? reasonOfPolicy(policy);
		if (said !== undefined) return said;
		// Without the setting ppolicy_use_lockout, a locked account looks like a wrong password.
		return textOf(entry, 'pwdAccountLockedTime') === undefined ? 'wrongPassword' : 'locked';
	}
	// Of an entry without a password, or one that the server lets nobody log in with.
	return code === 48 || code === CODES.unwilling || code === CODES.insufficientAccess ? 'refused' : undefined;
}

/** Active Directory tells these only to who has the right password; OpenLDAP locks whatever the password is. */
const isRight = (reason: RefusalReason): boolean | null => {
	if (reason === 'wrongPassword' || reason === 'unknownUser' || reason === 'emptyPassword') return false;
	return reason === 'mustChange' || reason === 'passwordExpired' ? true : null;
};

function refusal(reason: RefusalReason, passwordRight: boolean | null, user?: Fields): QueryAnswer {
	return { rows: [{ valid: false, reason, passwordRight, ...(user !== undefined && { user }) }] };
}

function ambiguous(count: number): CrosslinkError {
	return new CrosslinkError({
		class: 'rejected',
		code: 'match_ambiguous',
		message: `${count} users have this login name under the Base DN.`,
		remedy: 'Narrow the Base DN of the connection: a login must mean one user.',
	});
}

function passwordInvalid(): CrosslinkError {
	return new CrosslinkError({
		class: 'rejected',
		code: 'parameter_invalid',
		message: 'The parameter "password" is not a text.',
		remedy: 'Give the password as it was typed.',
	});
}
