import type { ILoadOptionsFunctions, ResourceMapperField, ResourceMapperFields } from 'n8n-workflow';
import type { EntityBinding } from '../../../lib/adapters/adapter';
import { localFieldsOf } from '../../../lib/sync/transform/join';
import { connectedFor, currentEntity, currentText } from './connected-for';
import { describedModule } from './described-module';
import { formField } from './form-field';

/** The local fields that the effective rules push, each with the places it goes to. */
export async function getLocalFields(this: ILoadOptionsFunctions): Promise<ResourceMapperFields> {
	return await connectedFor(this, async (connected) => {
		const binding = currentEntity(this, connected);
		return { fields: [...ruleFields(binding), ...associationFields(binding)] };
	});
}

/** What the chosen command has to know; needs no connection. */
export async function getCommandParameters(this: ILoadOptionsFunctions): Promise<ResourceMapperFields> {
	const module = await describedModule(this);
	const command = module?.commands?.find((one) => one.command === currentText(this, 'command'));
	return {
		fields: (command?.parameters ?? []).map(formField),
		...(command?.parameters.length === 0 && { emptyFieldsNotice: 'This command takes no values.' }),
	};
}

/** What the chosen query has to know; needs no connection. */
export async function getQueryParameters(this: ILoadOptionsFunctions): Promise<ResourceMapperFields> {
	const module = await describedModule(this);
	const query = module?.queries?.find((one) => one.query === currentText(this, 'query'));
	return {
		fields: (query?.parameters ?? []).map(formField),
		...(query?.parameters.length === 0 && { emptyFieldsNotice: 'This query takes no parameters.' }),
	};
}

function ruleFields(binding: EntityBinding): ResourceMapperField[] {
	const byLocal = new Map<string, string[]>();
	for (const rule of binding.fields) {
		if (rule.direction === 'pull') continue;
		for (const local of localFieldsOf(rule)) byLocal.set(local, [...(byLocal.get(local) ?? []), rule.external]);
	}
	return [...byLocal].map(([local, externals]) => field(local, externals.join(', ')));
}

function associationFields(binding: EntityBinding): ResourceMapperField[] {
	return binding.associations.map(({ local, entity }) => field(local, `link to ${entity}`));
}

/**
 * Without a type, whatever the rule says: n8n turns a typed value itself, an empty number into 0, null into absent and a
 * date into midnight of its own zone. The field rule knows better.
 */
function field(local: string, goesTo: string): ResourceMapperField {
	return {
		id: local,
		displayName: `${local} → ${goesTo}`,
		required: false,
		defaultMatch: false,
		display: true,
	};
}
