/** Why a login was refused, in words that a flow can branch on. */
export type RefusalReason =
	| 'wrongPassword'
	| 'unknownUser'
	| 'locked'
	| 'disabled'
	| 'accountExpired'
	| 'passwordExpired'
	| 'mustChange'
	| 'notAtThisTime'
	| 'notFromHere'
	| 'emptyPassword'
	| 'refused';

/**
 * Active Directory answers every refused bind with the same code; the reason is the number after "data" in its words.
 * https://learn.microsoft.com/windows/win32/debug/system-error-codes--1300-1699-
 */
const BY_DATA: Readonly<Record<string, RefusalReason>> = {
	'525': 'unknownUser',
	'52e': 'wrongPassword',
	'530': 'notAtThisTime',
	'531': 'notFromHere',
	'532': 'passwordExpired',
	'533': 'disabled',
	'701': 'accountExpired',
	'773': 'mustChange',
	'775': 'locked',
};

/** The reason in the words of an Active Directory server; undefined = they hold none. */
export function reasonInWords(diagnostic: string): RefusalReason | undefined {
	const data = /\bdata ([0-9a-f]+)\b/i.exec(diagnostic)?.[1];
	return data === undefined ? undefined : BY_DATA[data.toLowerCase()];
}

/** Errors of the password policy control: https://datatracker.ietf.org/doc/html/draft-behera-ldap-password-policy-10#section-6.2 */
const BY_POLICY: Readonly<Record<number, RefusalReason>> = { 0: 'passwordExpired', 1: 'locked', 2: 'mustChange' };

export function reasonOfPolicy(error: number | undefined): RefusalReason | undefined {
	return error === undefined ? undefined : BY_POLICY[error];
}
