import type { ExternalField, ExternalSchema } from '../adapter';
import type { ODataProperty } from '../../odata/metadata';
import { CrosslinkError } from '../../errors';
import { objectOf } from './objects';
import type { SapServices } from './services';

/** The fields of an object in this very system, as its $metadata has them. */
export async function describe(sap: SapServices, name: string): Promise<ExternalSchema> {
	const object = objectOf(name);
	const { sets } = await sap.service(object.service).metadata();
	const set = sets.get(object.object);
	if (!set) {
		throw new CrosslinkError({
			class: 'rejected',
			code: 'object_unknown',
			message: `The service ${object.service} of this SAP system has no "${name}".`,
			remedy: 'Check the release of the system, and that the service is the one SAP delivers.',
		});
	}
	return { object: name, fields: set.properties.map(toField), pipelines: [] };
}

function toField(property: ODataProperty): ExternalField {
	return {
		name: property.name,
		label: property.label,
		type: typeOf(property),
		readOnly: !property.creatable && !property.updatable,
		unique: property.isKey,
	};
}

function typeOf({ type }: ODataProperty): ExternalField['type'] {
	switch (type) {
		case 'Edm.Boolean':
			return 'boolean';
		case 'Edm.Decimal':
		case 'Edm.Double':
		case 'Edm.Int16':
		case 'Edm.Int32':
		case 'Edm.Int64':
			return 'number';
		case 'Edm.DateTime':
			// SAP uses it for days; instants are DateTimeOffset.
			return 'date';
		case 'Edm.Date':
			return 'date';
		case 'Edm.DateTimeOffset':
			return 'datetime';
		default:
			return 'string';
	}
}
