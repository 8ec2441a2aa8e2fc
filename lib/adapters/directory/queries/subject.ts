import { CrosslinkError } from '../../../errors';
import type { Fields } from '../../adapter';
import type { ParameterDescription } from '../../parameters';
import type { Reach } from '../directory';
import type { Entry } from '../entry';
import { isUnder } from '../dn';
import { checkAttribute, type Condition } from '../filter';
import { byId, ofObject } from '../profile';
import { keyValue } from '../read';
import { readEntry } from '../search';
import { choiceParameter, textParameter } from './parameters';

/** By what a user or a group is looked for. */
const BY = ['login', 'mail', 'id', 'dn', 'attribute'] as const;
type By = (typeof BY)[number];

/** How one user, or one group, is named in a query. */
export interface Subject {
	by: By;
	attribute: string;
	value: string;
}

export function subjectParameters(what: 'user' | 'group'): ParameterDescription[] {
	return [
		{
			name: 'by',
			displayName: 'Look For',
			description: `By what the ${what} is looked for`,
			type: 'enumeration',
			required: false,
			default: 'login',
			choices: [
				{ value: 'login', label: what === 'user' ? 'Login Name' : 'Name' },
				{ value: 'mail', label: 'Email Address' },
				{ value: 'id', label: 'ID (objectGUID or entryUUID)' },
				{ value: 'dn', label: 'Distinguished Name' },
				{ value: 'attribute', label: 'Another Attribute' },
			],
		},
		{
			name: 'value',
			displayName: 'Value',
			description: 'What to look for, as it is: nothing in it is read as a filter',
			type: 'text',
			required: true,
			maxLength: 1_000,
		},
		{
			name: 'attribute',
			displayName: 'Attribute',
			description: 'Name of the other attribute, e.g. employeeNumber',
			type: 'text',
			required: false,
		},
	];
}

/** @throws CrosslinkError `rejected`: `parameter_invalid`, `attribute_invalid` */
export function readSubject(parameters: Fields): Subject {
	const by = choiceParameter(parameters, 'by', BY, 'login');
	const attribute = by === 'attribute' ? checkAttribute(textParameter(parameters, 'attribute')) : '';
	return { by, attribute, value: textParameter(parameters, 'value') };
}

/** Entries that a subject may mean before it is too many to be one. */
const MOST = 50;

/** Those that are meant; more than one only where a value is not unique. */
export async function findSubjects(
	reach: Reach,
	what: 'user' | 'group',
	subject: Subject,
	attributes: string[],
): Promise<Entry[]> {
	const { profile, session } = reach;
	if (subject.by === 'dn') return await byDn(reach, what, subject.value, attributes);
	const condition = conditionOf(reach, what, subject);
	if (condition === undefined) return [];
	const { entries, complete } = await session.search({
		base: profile.baseDn,
		scope: 'sub',
		filter: { and: [ofObject(profile, what), condition] },
		attributes,
		sizeLimit: MOST,
	});
	if (complete && entries.length <= MOST) return entries;
	throw new CrosslinkError({
		class: 'rejected',
		code: 'match_ambiguous',
		message: `More than ${MOST} entries have this value.`,
		remedy: 'Look for something that tells entries apart, such as the login name.',
	});
}

/**
 * The only one that is meant.
 * @throws CrosslinkError `rejected`: `entry_unknown`, `match_ambiguous`
 */
export async function findOne(
	reach: Reach,
	what: 'user' | 'group',
	subject: Subject,
	attributes: string[],
): Promise<Entry> {
	const [found, ...more] = await findSubjects(reach, what, subject, attributes);
	if (found === undefined) {
		throw new CrosslinkError({
			class: 'rejected',
			code: 'entry_unknown',
			message: `No ${what} under ${reach.profile.baseDn} has this ${subject.by === 'attribute' ? subject.attribute : subject.by}.`,
			remedy: `Look the ${what} up first (Find User), or correct the value.`,
		});
	}
	if (more.length === 0) return found;
	throw new CrosslinkError({
		class: 'rejected',
		code: 'match_ambiguous',
		message: `${more.length + 1} entries have this ${subject.by === 'attribute' ? subject.attribute : subject.by}.`,
		remedy: 'Name the one that is meant by its ID.',
	});
}

async function byDn(reach: Reach, what: 'user' | 'group', dn: string, attributes: string[]): Promise<Entry[]> {
	// Elsewhere the bind user might see more than this connection is meant to show.
	if (!isUnder(dn, reach.profile.baseDn)) return [];
	const entry = await readEntry(reach, dn, attributes, { filter: ofObject(reach.profile, what) });
	return entry === undefined ? [] : [entry];
}

function conditionOf(reach: Reach, what: 'user' | 'group', { by, attribute, value }: Subject): Condition | undefined {
	const { profile } = reach;
	const is = (name: string, text = value): Condition => ({ is: name, value: keyValue(reach, name, text) });
	switch (by) {
		case 'login':
			if (what === 'group') return profile.kind === 'ad' ? { or: [is('cn'), is('sAMAccountName')] } : is('cn');
			// DOMAIN\user, as Windows writes it.
			return {
				or: profile.loginAttributes.map((name) =>
					is(name, name === 'sAMAccountName' ? value.replace(/^[^\\]+\\/, '') : value),
				),
			};
		case 'mail':
			return is('mail');
		case 'id':
			return byId(profile, value);
		case 'attribute':
			return is(attribute);
		case 'dn':
			return undefined;
	}
}
