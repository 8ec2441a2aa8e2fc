import { CrosslinkError } from '../../errors';
import { nearestName } from '../../tenants/nearest-name';
import type { ExternalField, ExternalSchema } from '../adapter';
import type { Directory } from './directory';
import type { Profile } from './profile';
import { attributesOf, loadSchema, resolved, type AttributeType, type Schema } from './schema';
import { isTime } from './values';

/** Every entry has these, though no class names them. */
const ALWAYS: Readonly<Record<Profile['kind'], string[]>> = {
	ad: ['objectGUID', 'objectSid', 'distinguishedName', 'whenCreated', 'whenChanged', 'memberOf'],
	openldap: ['entryUUID', 'entryDN', 'createTimestamp', 'modifyTimestamp', 'memberOf'],
	generic: ['entryUUID', 'createTimestamp', 'modifyTimestamp', 'memberOf'],
};
const CLASSES: Readonly<Record<Profile['kind'], Record<string, string[]>>> = {
	ad: { user: ['user'], group: ['group'] },
	openldap: { user: ['inetOrgPerson', 'posixAccount'], group: ['groupOfNames', 'groupOfUniqueNames', 'posixGroup'] },
	generic: { user: ['inetOrgPerson', 'posixAccount'], group: ['groupOfNames', 'groupOfUniqueNames', 'posixGroup'] },
};

/**
 * Attributes that the server's schema allows an entry of this object. All are read only: nothing is written to a directory.
 * @throws CrosslinkError `rejected`, `object_unknown`
 */
export async function describe(directory: Directory, object: string): Promise<ExternalSchema> {
	return await directory.work(`list the attributes of ${object}`, async (reach) => {
		const schema = await loadSchema(reach);
		const { kind } = reach.profile;
		const classes = CLASSES[kind][object] ?? [object];
		if (!classes.some((name) => schema.classes.has(name.toLowerCase()))) throw unknownObject(object, schema);
		const names = new Set([...attributesOf(schema, classes), ...ALWAYS[kind]]);
		const fields = [...names].flatMap((name) => {
			const type = resolved(schema, name);
			return type === undefined ? [] : [toField(name, type)];
		});
		return { object, fields: fields.sort((a, b) => a.name.localeCompare(b.name)), pipelines: [] };
	});
}

const BOOLEAN = '1.3.6.1.4.1.1466.115.121.1.7';
const INTEGERS = ['1.3.6.1.4.1.1466.115.121.1.27', '1.2.840.113556.1.4.906'];
const TIMES = ['1.3.6.1.4.1.1466.115.121.1.24', '1.3.6.1.4.1.1466.115.121.1.53'];
const UNIQUE = ['objectguid', 'entryuuid', 'objectsid', 'distinguishedname', 'entrydn', 'samaccountname'];

function toField(name: string, type: AttributeType): ExternalField {
	return {
		name,
		label: type.description === '' || type.description.length > 80 ? name : type.description,
		type: typeOf(name, type),
		readOnly: true,
		unique: UNIQUE.includes(name.toLowerCase()),
	};
}

function typeOf(name: string, { syntax }: AttributeType): ExternalField['type'] {
	// A length may follow: 1.3.6.1.4.1.1466.115.121.1.15{256}
	const number = syntax.replace(/\{.*$/, '');
	if (isTime(name) || TIMES.includes(number)) return 'datetime';
	if (number === BOOLEAN) return 'boolean';
	return INTEGERS.includes(number) ? 'number' : 'string';
}

function unknownObject(object: string, { classes }: Schema): CrosslinkError {
	const near = nearestName(object, ['user', 'group', ...classes.keys()]);
	return new CrosslinkError({
		class: 'rejected',
		code: 'object_unknown',
		message: `The schema of the directory has no object class "${object.slice(0, 100)}".`,
		remedy: near === undefined ? 'Write "user", "group", or the name of an object class.' : `Did you mean "${near}"?`,
	});
}
