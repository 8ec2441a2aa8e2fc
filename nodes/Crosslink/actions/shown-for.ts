import type { INodeProperties } from 'n8n-workflow';

/** The same parameters, shown only for these operations of a resource: `{ record: ['push'] }`. */
export function shownFor(where: Record<string, string[]>, properties: INodeProperties[]): INodeProperties[] {
	return Object.entries(where).flatMap(([resource, operation]) =>
		properties.map((property) => ({
			...property,
			displayOptions: {
				...property.displayOptions,
				show: { ...property.displayOptions?.show, resource: [resource], operation },
			},
		})),
	);
}
