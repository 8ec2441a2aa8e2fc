import { setOfType, typeOfSet, type EdmSet, type EdmType, type ServiceModel } from '../metadata/model';
import { badRequest, notAllowed, notFound, GatewayError } from '../odata/gateway-error';
import { fromJson, type Row } from '../odata/values';
import type { SapSystem } from './system';
import { joinKeys } from './tables';

type Body = Record<string, unknown>;

/** Numbers that the system gives. */
const NUMBERS: Record<string, { key: string; range: string }> = {
	A_SalesOrder: { key: 'SalesOrder', range: 'order' },
	A_BusinessPartner: { key: 'BusinessPartner', range: 'partner' },
	A_BusinessPartnerAddress: { key: 'AddressID', range: 'address' },
};

/** Creates an entity with all that is nested in it; on any error nothing is left (the caller takes the tables back). */
export function createEntity(system: SapSystem, model: ServiceModel, set: EdmSet, body: unknown): Row {
	if (!set.creatable) throw notAllowed(`Method 'POST' not allowed for entity set ${set.name}`);
	const row = insert(system, model, set, body, {});
	if (set.name === 'A_SalesOrder') completeOrder(system, row);
	if (set.name === 'A_SalesOrderItem') recomputeOrder(system, row);
	if (set.name === 'A_BusinessPartner') completePartner(system, row);
	return row;
}

function insert(system: SapSystem, model: ServiceModel, set: EdmSet, body: unknown, inherited: Row): Row {
	const type = typeOfSet(model, set);
	const { values, nested } = takeBody(type, body, 'creatable');
	const number = NUMBERS[set.name];
	const row: Row = { ...values, ...inherited };
	if (number && !row[number.key]) row[number.key] = system.nextNumber(number.range);
	if (set.name === 'A_SalesOrder' && values['SalesOrder']) throw badRequest('The number is assigned by the system');
	const rows = system.tables.of(set.name);
	if (type.keys.every((key) => (row[key] ?? '') !== '') && system.tables.find(set.name, type, row)) {
		throw new GatewayError(400, '/IWBEF/CM_MGW_RT/022', 'The entity exists already');
	}
	if (set.name === 'A_SalesOrderItem' && !row['SalesOrderItem'])
		row['SalesOrderItem'] = String(10 * (nextItem(system, row) + 1));
	rows.push(row);
	for (const [name, children] of nested) {
		const navigation = type.navigations.get(name);
		const target = model.types.get(navigation?.target ?? '');
		if (!navigation || !target) throw badRequest(`Property '${name}' is invalid`);
		const list = navigation.many ? children : [children];
		if (!Array.isArray(list)) throw badRequest(`'${name}' is no list`);
		const given: Row = {};
		for (const key of joinKeys(type, target, navigation.many)) given[key] = row[key] ?? '';
		for (const child of list) insert(system, model, setOfType(model, target.name), child, given);
	}
	return row;
}

function nextItem(system: SapSystem, row: Row): number {
	return system.itemsOf(String(row['SalesOrder'])).length;
}

function completeOrder(system: SapSystem, order: Row): void {
	const items = system.itemsOf(String(order['SalesOrder']));
	const conditions = system.tables
		.of('A_SalesOrderItemPrElement')
		.filter((one) => one['SalesOrder'] === order['SalesOrder']);
	system.completeOrder(order, items, conditions);
}

function recomputeOrder(system: SapSystem, item: Row): void {
	completeOrder(system, system.order(String(item['SalesOrder'])));
}

function completePartner(system: SapSystem, partner: Row): void {
	const own = (set: string) =>
		system.tables.of(set).filter((one) => one['BusinessPartner'] === partner['BusinessPartner']);
	system.completePartner(partner, own('A_BusinessPartnerRole'), own('A_BusinessPartnerAddress'));
	// What was nested as the customer gets its number only now.
	for (const set of ['A_Customer', 'A_CustomerSalesArea', 'A_CustomerCompany']) {
		for (const row of system.tables.of(set).filter((one) => (one['Customer'] ?? '') === ''))
			row['Customer'] = partner['Customer'] ?? '';
	}
}

/**
 * Changes what is given, or everything with PUT.
 * @param ifMatch as sent
 */
export function updateEntity(
	system: SapSystem,
	model: ServiceModel,
	set: EdmSet,
	keys: Row,
	body: unknown,
	ifMatch: string | undefined,
	replace: boolean,
): Row {
	if (!set.updatable) throw notAllowed(`Method 'PATCH' not allowed for entity set ${set.name}`);
	const type = typeOfSet(model, set);
	const row = system.tables.find(set.name, type, keys);
	if (!row) throw notFound(`Resource not found for entity ${set.name}`);
	checkVersion(type, row, ifMatch);
	system.checkLock('A_SalesOrder', String(row['SalesOrder'] ?? ''));
	const { values, nested } = takeBody(type, body, 'updatable');
	if (nested.length > 0) throw badRequest('Deep update is not supported');
	// Keys name the row and stay as they are.
	const changes = Object.fromEntries(Object.entries(values).filter(([name]) => !type.keys.includes(name)));
	if (replace) {
		for (const property of type.properties.values()) {
			if (property.updatable && !type.keys.includes(property.name))
				row[property.name] = property.type === 'Edm.String' ? '' : null;
		}
	}
	Object.assign(row, changes);
	if (set.name === 'A_SalesOrderItem') refreshItem(row, changes);
	if (row['SalesOrder']) system.touchOrder(String(row['SalesOrder']), {});
	if (set.name === 'A_BusinessPartner') system.touchPartner(String(row['BusinessPartner']), {});
	return row;
}

function refreshItem(item: Row, values: Row): void {
	if (!('RequestedQuantity' in values)) return;
	if (item['DeliveryStatus'] === 'C') throw new GatewayError(400, 'V1/482', 'The item is delivered already');
	item['NetAmount'] = (Number(item['RequestedQuantity']) * 100).toFixed(2);
}

export function deleteEntity(
	system: SapSystem,
	model: ServiceModel,
	set: EdmSet,
	keys: Row,
	ifMatch: string | undefined,
): void {
	if (!set.deletable) throw notAllowed(`Method 'DELETE' not allowed for entity set ${set.name}`);
	const type = typeOfSet(model, set);
	const row = system.tables.find(set.name, type, keys);
	if (!row) throw notFound(`Resource not found for entity ${set.name}`);
	checkVersion(type, row, ifMatch);
	const rows = system.tables.of(set.name);
	rows.splice(rows.indexOf(row), 1);
}

/** `W/"datetimeoffset'2026-11-28T10%3A00%3A00.1230001Z'"` */
export function etagOf(type: EdmType, row: Row): string | undefined {
	const stamp = type.concurrency === undefined ? undefined : row[type.concurrency];
	return typeof stamp === 'string' ? `W/"datetimeoffset'${encodeURIComponent(stamp)}'"` : undefined;
}

function checkVersion(type: EdmType, row: Row, ifMatch: string | undefined): void {
	const etag = etagOf(type, row);
	if (etag === undefined) return;
	if (ifMatch === undefined)
		throw new GatewayError(428, '/IWFND/CM_MGW/512', 'Precondition required: If-Match is missing');
	// Byte for byte: an ETag that was decoded or cut on its way is another one.
	if (ifMatch !== '*' && ifMatch !== etag)
		throw new GatewayError(412, '/IWBEF/CM_MGW_RT/155', 'Precondition failed: the entity was changed');
}

function takeBody(
	type: EdmType,
	body: unknown,
	may: 'creatable' | 'updatable',
): { values: Row; nested: Array<[string, unknown]> } {
	if (typeof body !== 'object' || body === null || Array.isArray(body))
		throw badRequest('The request body is no object');
	const values: Row = {};
	const nested: Array<[string, unknown]> = [];
	for (const [name, value] of Object.entries(body as Body)) {
		if (name === '__metadata') continue;
		if (type.navigations.has(name)) {
			const results =
				typeof value === 'object' && value !== null && 'results' in value
					? (value as { results: unknown }).results
					: value;
			nested.push([name, results]);
			continue;
		}
		const property = type.properties.get(name);
		if (!property) throw badRequest(`Property '${name}' is invalid for type ${type.name}`);
		if (!property[may] && !(may === 'updatable' && type.keys.includes(name))) {
			throw badRequest(`Property '${name}' cannot be set: it is not ${may}`);
		}
		values[name] = fromJson(property, value);
	}
	return { values, nested };
}
