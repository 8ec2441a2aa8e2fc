import type { IDataObject } from 'n8n-workflow';
import type { FieldRuleSettings } from '../../../../lib/tenants/settings';

/** One rule of the form as settings hold it. What is left empty is left out: it comes from the rule below. */
export function ruleOfForm({ type, transform, ...parts }: IDataObject): FieldRuleSettings {
	const turned = transformOf(type, (transform ?? {}) as IDataObject);
	return {
		...filled(parts),
		...(Object.keys(turned).length > 0 ? { transform: turned } : {}),
	} as unknown as FieldRuleSettings;
}

function transformOf(type: unknown, { map, join, separator, ...rest }: IDataObject): IDataObject {
	const { pair } = (map ?? {}) as { pair?: IDataObject[] };
	const joined = typeof join === 'string' ? join.split(',').map((path) => path.trim()) : join;
	return filled({
		...rest,
		type: type as string,
		map: pair,
		join: Array.isArray(joined) ? joined.filter((path) => path !== '') : undefined,
		separator: joined === undefined ? undefined : separator,
	});
}

function filled(parts: IDataObject): IDataObject {
	return Object.fromEntries(
		Object.entries(parts).filter(
			([, value]) => value !== '' && value !== undefined && !(Array.isArray(value) && value.length === 0),
		),
	);
}
