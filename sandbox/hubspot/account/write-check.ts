import { invalid, vendorError, type VendorError } from '../http/vendor-error';
import type { ObjectType } from './object-types';
import type { PropertyCatalog } from './property-catalog';
import { checkValue, type OptionSources } from './property-values';

export interface CheckRules extends OptionSources {
	catalog: PropertyCatalog;
	portalId: number;
}

interface Issue {
	name: string;
	code: string;
	message: string;
}

/** 400 in the vendor's shape: the issues as JSON inside the message, and again as `errors`. */
export function invalidValues(issues: Issue[], portalId: number): VendorError {
	const listed = issues.map(({ name, code, message }) => ({
		isValid: false,
		message,
		error: code,
		name,
		localizedErrorMessage: message,
		portalId,
	}));
	return invalid(`Property values were not valid: ${JSON.stringify(listed)}`, {
		errors: issues.map(({ name, code, message }) => ({ message, code, context: { propertyName: [name] } })),
	});
}

/** Checks every value; returns them as they would be stored ('' clears) or throws one error naming all that is wrong. */
export function checkedValues(type: ObjectType, given: ReadonlyMap<string, string>, rules: CheckRules) {
	const issues: Issue[] = [];
	const values = new Map<string, string>();
	for (const [name, raw] of given) {
		const definition = rules.catalog.find(type.name, name);
		if (!definition) {
			issues.push({ name, code: 'PROPERTY_DOESNT_EXIST', message: `Property "${name}" does not exist` });
		} else if (definition.modificationMetadata.readOnlyValue) {
			const message = `"${name}" is a read only property; its value cannot be set.`;
			issues.push({ name, code: 'READ_ONLY_VALUE', message });
		} else if (raw === '') {
			values.set(name, '');
		} else {
			const checked = checkValue(definition, raw, rules);
			if (checked.ok) values.set(name, checked.value);
			else issues.push({ name, code: checked.code, message: checked.message });
		}
	}
	if (issues.length > 0) throw invalidValues(issues, rules.portalId);
	return values;
}

/** Refuses a create that lacks what the object requires. */
export function checkRequired(type: ObjectType, values: ReadonlyMap<string, string>): void {
	const properties = type.missingOnCreate(values);
	if (properties.length === 0) return;
	const message = `Error creating ${type.upper}. Some required properties were not set.`;
	throw invalid(message, { errors: [{ message, code: 'REQUIRED_PROPERTIES_MISSING', context: { properties } }] });
}

/** A stage must belong to the pipeline that the record has after the write. */
export function checkStage(values: Map<string, string>, before: ReadonlyMap<string, string>, rules: CheckRules): void {
	const stage = values.get('dealstage');
	const pipeline = values.get('pipeline') ?? before.get('pipeline');
	if (!stage || !pipeline || rules.pipelines.pipelineOfStage(stage)?.id === pipeline) return;
	const allowed = rules.pipelines.get('deals', pipeline).stages.map((one) => one.id);
	const message = `${stage} was not one of the allowed options: [${allowed.join(', ')}]`;
	throw invalidValues([{ name: 'dealstage', code: 'INVALID_OPTION', message }], rules.portalId);
}

/** The answer to a value that another record holds already; contacts have their own sentence for email. */
export function uniqueClash(
	type: ObjectType,
	name: string,
	value: string,
	id: string,
	holder: string,
	portalId: number,
) {
	if (type.name === 'contacts' && name === 'email') {
		return vendorError(409, 'CONFLICT', `Contact already exists. Existing ID: ${holder}`);
	}
	const message =
		`Cannot set PropertyValueCoordinates{portalId=${portalId}, objectTypeId=${type.typeId}, propertyName=${name}, ` +
		`value=${value}} on ${id}. ${holder} already has that value.`;
	return vendorError(400, 'VALIDATION_ERROR', message, {
		errors: [{ message, code: 'CONFLICTING_UNIQUE_VALUE', context: { propertyName: [name] } }],
	});
}

/** Refuses what the vendor does not accept as `idProperty`. */
export function requireUnique(type: ObjectType, property: string, { catalog, portalId }: CheckRules): void {
	if (!catalog.find(type.name, property)) {
		throw invalid(`Property "${property}" does not exist for object type ${type.typeId}`);
	}
	if (!catalog.isUnique(type.name, property)) {
		throw invalid(
			`Unable to perform update/upsert by non-unique ${type.typeId} property ${property} in portal ID ${portalId}`,
		);
	}
}
