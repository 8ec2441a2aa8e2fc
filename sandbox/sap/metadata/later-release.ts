import type { EdmProperty, EdmType, ServiceModel } from './model';

interface OpenApi {
	components: { schemas: Record<string, { properties?: Record<string, { maxLength?: number }> }> };
}

/**
 * Adds to the 2020 metadata what release 2402 has besides, as its OpenAPI document describes it: the documents that follow
 * an order, and statuses of the header.
 */
export function addLaterRelease(model: ServiceModel, openApi: OpenApi): void {
	const schemas = openApi.components.schemas;
	const order = model.types.get('A_SalesOrderType');
	if (!order) return;
	for (const name of ['OverallDeliveryStatus', 'OverallOrdReltdBillgStatus', 'TotalBlockStatus']) {
		if (!order.properties.has(name))
			order.properties.set(name, readOnly(name, schemas['A_SalesOrder']?.properties?.[name]?.maxLength));
	}
	const flow: EdmType = {
		name: 'A_SalesOrderSubsqntProcFlowType',
		keys: ['SalesOrder', 'DocRelationshipUUID'],
		properties: new Map(),
		navigations: new Map(),
	};
	for (const [name, property] of Object.entries(schemas['A_SalesOrderSubsqntProcFlow']?.properties ?? {})) {
		if (name.startsWith('to_')) continue;
		flow.properties.set(name, { ...readOnly(name, property.maxLength), type: edmType(name) });
	}
	model.types.set(flow.name, flow);
	model.sets.set('A_SalesOrderSubsqntProcFlow', {
		name: 'A_SalesOrderSubsqntProcFlow',
		type: flow.name,
		creatable: false,
		updatable: false,
		deletable: false,
	});
	const name = 'to_SubsequentProcFlowDoc';
	order.navigations.set(name, { name, target: flow.name, many: true });
}

function readOnly(name: string, maxLength: number | undefined): EdmProperty {
	return {
		name,
		type: 'Edm.String',
		nullable: true,
		creatable: false,
		updatable: false,
		filterable: true,
		sortable: true,
		...(maxLength === undefined ? {} : { maxLength }),
	};
}

function edmType(name: string): string {
	if (name.endsWith('UUID')) return 'Edm.Guid';
	if (name.endsWith('Date')) return 'Edm.DateTime';
	return name.endsWith('Time') ? 'Edm.Time' : 'Edm.String';
}
