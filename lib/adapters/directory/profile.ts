import { CrosslinkError } from '../../errors';
import type { DirectoryConnection } from './connection';
import { textOf, textsOf, type Entry } from './entry';
import type { Condition } from './filter';
import { guidToBytes, isGuid } from './guid';
import type { Session } from './session';

export type Kind = 'ad' | 'openldap' | 'generic';

/** What a server is, and what follows from it. */
export interface Profile {
	kind: Kind;
	/** As a person would call it. */
	product: string;
	baseDn: string;
	/** The entry every server has about itself. */
	root: Entry;
	/** Attribute that names an entry for ever: objectGUID, entryUUID, nsUniqueId. */
	idAttribute: string;
	/** Attributes whose value a person logs in with. */
	loginAttributes: string[];
	/** Attribute whose value differs between versions of an entry. */
	versionAttribute: string;
	changedAttribute: string;
	/** It can say whom it takes us for. */
	tellsWho: boolean;
	/** It takes the password policy control. */
	hasPolicy: boolean;
	pages: boolean;
}

const PAGED = '1.2.840.113556.1.4.319';
const POLICY = '1.3.6.1.4.1.42.2.27.8.5.1';
const WHO_AM_I = '1.3.6.1.4.1.4203.1.11.3';
/** Set by Active Directory, and by Samba. */
const AD_CAPABILITY = '1.2.840.113556.1.4.800';

const ROOT_ATTRIBUTES = [
	'*',
	'namingContexts',
	'defaultNamingContext',
	'configurationNamingContext',
	'supportedControl',
	'supportedExtension',
	'supportedCapabilities',
	'subschemaSubentry',
	'vendorName',
	'vendorVersion',
	'dnsHostName',
	'dsServiceName',
	'highestCommittedUSN',
	'currentTime',
	'structuralObjectClass',
];

/** @throws CrosslinkError `rejected`, `base_missing` */
export async function loadProfile(session: Session, { baseDn, shown }: DirectoryConnection): Promise<Profile> {
	const root = await readRoot(session);
	const contexts = textsOf(root, 'namingContexts').filter((name) => name !== 'cn=accesslog' && name !== '');
	const base = baseDn ?? textOf(root, 'defaultNamingContext') ?? contexts[0];
	if (base === undefined) {
		throw new CrosslinkError({
			class: 'rejected',
			code: 'base_missing',
			message: `The directory ${shown} does not say where its entries are.`,
			remedy: 'Give the Base DN of the connection, e.g. DC=example,DC=com.',
		});
	}
	const kind = kindOf(root);
	const controls = textsOf(root, 'supportedControl');
	return {
		kind,
		product: productOf(root, kind),
		baseDn: base,
		root,
		...ATTRIBUTES[kind],
		...(/389|directory server/i.test(textOf(root, 'vendorName') ?? '') && { idAttribute: 'nsUniqueId' }),
		tellsWho: textsOf(root, 'supportedExtension').includes(WHO_AM_I),
		hasPolicy: controls.includes(POLICY),
		pages: controls.includes(PAGED),
	};
}

export async function readRoot(session: Session): Promise<Entry> {
	const { entries } = await session.search({
		base: '',
		scope: 'base',
		filter: { has: 'objectClass' },
		attributes: ROOT_ATTRIBUTES,
	});
	return entries[0] ?? { dn: '', attributes: new Map() };
}

type Names = Pick<Profile, 'idAttribute' | 'loginAttributes' | 'versionAttribute' | 'changedAttribute'>;

const ATTRIBUTES: Readonly<Record<Kind, Names>> = {
	ad: {
		idAttribute: 'objectGUID',
		loginAttributes: ['sAMAccountName', 'userPrincipalName'],
		versionAttribute: 'uSNChanged',
		changedAttribute: 'whenChanged',
	},
	openldap: {
		idAttribute: 'entryUUID',
		loginAttributes: ['uid'],
		versionAttribute: 'entryCSN',
		changedAttribute: 'modifyTimestamp',
	},
	generic: {
		idAttribute: 'entryUUID',
		loginAttributes: ['uid'],
		versionAttribute: 'modifyTimestamp',
		changedAttribute: 'modifyTimestamp',
	},
};

function kindOf(root: Entry): Kind {
	if (textsOf(root, 'supportedCapabilities').includes(AD_CAPABILITY)) return 'ad';
	const classes = [...textsOf(root, 'objectClass'), ...textsOf(root, 'structuralObjectClass')];
	return classes.includes('OpenLDAProotDSE') ? 'openldap' : 'generic';
}

function productOf(root: Entry, kind: Kind): string {
	const vendor = [textOf(root, 'vendorName'), textOf(root, 'vendorVersion')].filter(Boolean).join(' ');
	if (kind === 'ad') return vendor === '' ? 'Active Directory' : `Active Directory (${vendor})`;
	if (kind === 'openldap') return 'OpenLDAP';
	return vendor === '' ? 'an LDAP server of unknown make' : vendor;
}

const anyClass = (...names: string[]): Condition => ({ or: names.map((value) => ({ is: 'objectClass', value })) });

/** Which entries are meant by an object: `user`, `group`, or the name of an object class. */
export function ofObject({ kind }: Pick<Profile, 'kind'>, object: string): Condition {
	if (object === 'user') {
		if (kind !== 'ad') return anyClass('person', 'inetOrgPerson', 'posixAccount');
		// Computers are users, too, by their class.
		return {
			and: [
				{ is: 'objectCategory', value: 'person' },
				{ is: 'objectClass', value: 'user' },
			],
		};
	}
	if (object === 'group') {
		return kind === 'ad'
			? { is: 'objectClass', value: 'group' }
			: anyClass('groupOfNames', 'groupOfUniqueNames', 'posixGroup');
	}
	return { is: 'objectClass', value: object };
}

/** The condition that an id is this one; undefined = no entry can have it. */
export function byId({ kind, idAttribute }: Pick<Profile, 'kind' | 'idAttribute'>, id: string): Condition | undefined {
	if (idAttribute === 'nsUniqueId') return id === '' ? undefined : { is: idAttribute, value: id };
	if (!isGuid(id)) return undefined;
	return { is: idAttribute, value: kind === 'ad' ? guidToBytes(id) : id.toLowerCase() };
}
