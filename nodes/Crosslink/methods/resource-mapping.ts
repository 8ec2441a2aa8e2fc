import type { FieldType, ILoadOptionsFunctions, ResourceMapperField, ResourceMapperFields } from 'n8n-workflow';
import type { EntityBinding, FieldRule } from '../../../lib/adapters/adapter';
import { connectedFor, currentEntity } from './connected-for';

const TYPES: Record<NonNullable<FieldRule['transform']>['type'], FieldType> = {
	text: 'string',
	number: 'number',
	boolean: 'boolean',
	date: 'dateTime',
	datetime: 'dateTime',
};

/** The local fields that the effective rules push, each with the place it goes to. */
export async function getLocalFields(this: ILoadOptionsFunctions): Promise<ResourceMapperFields> {
	return await connectedFor(this, async (connected) => {
		const binding = currentEntity(this, connected);
		return { fields: [...ruleFields(binding), ...associationFields(binding)] };
	});
}

function ruleFields(binding: EntityBinding): ResourceMapperField[] {
	const byLocal = new Map<string, FieldRule[]>();
	for (const rule of binding.fields) {
		if (rule.direction !== 'pull') byLocal.set(rule.local, [...(byLocal.get(rule.local) ?? []), rule]);
	}
	return [...byLocal].map(([local, rules]) =>
		field(local, rules.map(({ external }) => external).join(', '), rules[0]?.transform),
	);
}

function associationFields(binding: EntityBinding): ResourceMapperField[] {
	return binding.associations.map(({ local, entity }) => field(local, `link to ${entity}`));
}

function field(local: string, goesTo: string, transform?: FieldRule['transform']): ResourceMapperField {
	return {
		id: local,
		displayName: `${local} → ${goesTo}`,
		required: false,
		defaultMatch: false,
		display: true,
		// Left untyped where no rule says what the local side holds: n8n would refuse values the adapter can turn.
		...(transform === undefined ? {} : { type: TYPES[transform.type] }),
	};
}
