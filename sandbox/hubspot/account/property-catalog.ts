import { invalid, notFound, vendorError } from '../http/vendor-error';
import type { ObjectName } from './object-types';
import type { PropertyDefinition } from './property-definition';
import { STOCK_GROUPS, stockProperties } from './stock-properties';

/** Unique-value properties of one object, as documented by the vendor. */
export const MAX_UNIQUE_PROPERTIES = 10;

const NAME = /^[a-z][a-z0-9_]{0,99}$/;

/** The property definitions of an account, stock and custom. */
export class PropertyCatalog {
	private readonly definitions: Record<ObjectName, Map<string, PropertyDefinition>>;

	constructor() {
		const stock = stockProperties();
		const byName = (object: ObjectName) => new Map(stock[object].map((one) => [one.name, one]));
		this.definitions = { deals: byName('deals'), companies: byName('companies'), contacts: byName('contacts') };
	}

	list(object: ObjectName, archived = false): PropertyDefinition[] {
		return [...this.definitions[object].values()].filter((one) => one.archived === archived);
	}

	groups(object: ObjectName) {
		return STOCK_GROUPS[object].map((group, displayOrder) => ({ ...group, displayOrder, archived: false }));
	}

	/** The live definition, or undefined. */
	find(object: ObjectName, name: string): PropertyDefinition | undefined {
		const found = this.definitions[object].get(name);
		return found && !found.archived ? found : undefined;
	}

	get(object: ObjectName, name: string, archived = false): PropertyDefinition {
		const found = this.definitions[object].get(name);
		if (!found || found.archived !== archived) throw notFound(`property ${name} does not exist`);
		return found;
	}

	isUnique(object: ObjectName, name: string): boolean {
		if (object === 'contacts' && name === 'email') return true;
		return this.find(object, name)?.hasUniqueValue === true;
	}

	uniqueNames(object: ObjectName): string[] {
		return this.list(object)
			.map((one) => one.name)
			.filter((name) => this.isUnique(object, name));
	}

	create(object: ObjectName, wanted: PropertyDefinition): PropertyDefinition {
		if (!NAME.test(wanted.name)) {
			throw invalid(
				`Property name "${wanted.name}" is invalid. Names start with a letter and hold lower-case letters, digits and _`,
			);
		}
		if (this.find(object, wanted.name)) {
			throw vendorError(409, 'OBJECT_ALREADY_EXISTS', `A property named '${wanted.name}' already exists.`, {
				subCategory: 'Properties.PROPERTY_EXISTS',
			});
		}
		if (!STOCK_GROUPS[object].some((group) => group.name === wanted.groupName)) {
			throw invalid(`Property group "${wanted.groupName}" does not exist`);
		}
		if (wanted.hasUniqueValue) this.checkUnique(object, wanted);
		this.definitions[object].set(wanted.name, wanted);
		return wanted;
	}

	update(object: ObjectName, name: string, changes: Partial<PropertyDefinition>, at: string): PropertyDefinition {
		const found = this.get(object, name);
		if (found.modificationMetadata.readOnlyDefinition) {
			throw invalid(`Property ${name} is read only: its definition cannot be changed`);
		}
		Object.assign(found, changes, { updatedAt: at });
		return found;
	}

	archive(object: ObjectName, name: string, at: string): void {
		const found = this.get(object, name);
		if (!found.modificationMetadata.archivable) {
			throw invalid(`Property ${name} cannot be archived`, { subCategory: 'Properties.PROPERTY_IS_READ_ONLY' });
		}
		found.archived = true;
		found.archivedAt = at;
	}

	private checkUnique(object: ObjectName, wanted: PropertyDefinition): void {
		if (!['string', 'number'].includes(wanted.type)) {
			throw invalid(`A property of type ${wanted.type} cannot have unique values`);
		}
		const existing = this.list(object).filter((one) => one.hasUniqueValue).length;
		if (existing >= MAX_UNIQUE_PROPERTIES) {
			throw invalid(
				`You have reached the limit of ${MAX_UNIQUE_PROPERTIES} properties with unique values for this object type`,
				{ subCategory: 'Properties.UNIQUE_PROPERTY_LIMIT_REACHED' },
			);
		}
	}
}
