import { XMLBuilder, XMLParser } from 'fast-xml-parser';
import { randomUUID } from 'node:crypto';
import type { Row } from '../odata/values';
import { readCookies } from '../http/csrf';
import { UNKNOWN_CUSTOMER, UNKNOWN_MATERIAL, type SapSystem } from '../system/system';
import { GatewayError } from '../odata/gateway-error';

type Fields = Record<string, unknown>;
type Tables = ReturnType<SapSystem['tables']['snapshot']>;

interface SoapAnswer {
	status: number;
	headers: Record<string, string>;
	body: string;
	cookies?: string[];
}

interface Message {
	TYPE: string;
	ID: string;
	NUMBER: string;
	MESSAGE: string;
	ROW?: string;
	FIELD?: string;
}

const CONTEXT = 'sap-contextid';
const ENVELOPE = 'http://schemas.xmlsoap.org/soap/envelope/';
const NAMESPACES = {
	upperCase: 'urn:sap-com:document:sap:rfc:functions',
	camelCase: 'urn:sap-com:document:sap:soap:functions:mc-style',
};

/** A session of ABAP: what a function has done and nobody has committed yet. */
interface LogicalUnit {
	/** The tables as they were; undefined = nothing is pending. */
	before: Tables | undefined;
}

/**
 * Function modules over SOAP: a wrapper of the customer's own that commits in the same call, and SAP's own that do not.
 * Work that is not committed in its own session is undone, as ABAP does at the end of a session.
 */
export class FunctionModules {
	private readonly sessions = new Map<string, LogicalUnit>();

	constructor(private readonly system: SapSystem) {}

	async answer(url: URL, headers: Record<string, string>, body: string): Promise<SoapAnswer> {
		const names = url.pathname.startsWith('/sap/bc/soap/rfc') ? 'upperCase' : 'camelCase';
		let call: { name: string; parameters: Fields; stateful: boolean };
		try {
			call = readCall(body, names);
		} catch (thrown) {
			return fault('Client', thrown instanceof Error ? thrown.message : 'unreadable');
		}
		const stateful = call.stateful || url.searchParams.get('sap-sessioncmd') === 'open';
		const id = readCookies(headers['cookie']).get(CONTEXT);
		const held = id === undefined ? undefined : this.sessions.get(id);
		const unit = held ?? { before: undefined };
		const result = this.call(call.name, call.parameters, unit);
		if (!stateful || url.searchParams.get('sap-sessioncmd') === 'close') {
			// The session ends with the call, and whatever was not committed with it.
			this.rollback(unit);
			if (id !== undefined) this.sessions.delete(id);
		}
		if (result === undefined) return fault('Client', `Function module ${call.name} does not exist`);
		const cookies: string[] = [];
		if (stateful && !held) {
			const fresh = randomUUID();
			this.sessions.set(fresh, unit);
			cookies.push(`${CONTEXT}=${fresh}; path=/sap/bc`);
		}
		return { ...success(call.name, requested(result, call.parameters), names), cookies };
	}

	private rollback(unit: LogicalUnit): void {
		if (unit.before) this.system.tables.restore(unit.before);
		unit.before = undefined;
	}

	private call(name: string, parameters: Fields, unit: LogicalUnit): Fields | undefined {
		switch (name) {
			case 'BAPI_TRANSACTION_COMMIT':
				unit.before = undefined;
				return { RETURN: {} };
			case 'BAPI_TRANSACTION_ROLLBACK':
				this.rollback(unit);
				return { RETURN: {} };
			case 'BAPI_SALESORDER_CREATEFROMDAT2':
				return this.createOrder(parameters, unit);
			case 'BAPI_BILLINGDOC_CANCEL1':
				return this.cancel(parameters, unit);
			case 'Z_CROSSLINK_ORDER_CREATE':
				return committed(
					unit,
					(own) => this.createOrder(parameters, own),
					() => this.rollback(unit),
				);
			case 'Z_CROSSLINK_BILLING_CANCEL':
				return committed(
					unit,
					(own) => this.cancel(parameters, own),
					() => this.rollback(unit),
				);
			default:
				return undefined;
		}
	}

	private createOrder(parameters: Fields, unit: LogicalUnit): Fields {
		const before = this.system.tables.snapshot();
		const header = fieldsOf(parameters['ORDER_HEADER_IN']);
		const partners = rowsOf(parameters['ORDER_PARTNERS']);
		const items = rowsOf(parameters['ORDER_ITEMS_IN']);
		const schedules = rowsOf(parameters['ORDER_SCHEDULES_IN']);
		// Inside, numbers have leading zeros: one that comes without them is another number, which is not there.
		const given = String(partners.find((one) => one['PARTN_ROLE'] === 'AG')?.['PARTN_NUMB'] ?? '');
		const soldTo = given.length === 10 ? given.replace(/^0+/, '') : '';
		const messages: Message[] = [];
		if (soldTo === UNKNOWN_CUSTOMER || soldTo === '')
			messages.push(error('VP', '199', `Sold-to party ${given} is not maintained`));
		if (items.length === 0) messages.push(error('V1', '322', 'Enter at least one item'));
		items.forEach((item, at) => {
			if (item['MATERIAL'] === UNKNOWN_MATERIAL) {
				messages.push({
					...error('V1', '382', `Material ${UNKNOWN_MATERIAL} is not defined`),
					ROW: String(at + 1),
					FIELD: 'MATERIAL',
				});
			}
		});
		// What has no flag in the X structure is not taken.
		const flags = fieldsOf(parameters['ORDER_HEADER_INX']);
		const taken = (name: string) => (flags[name] === 'X' ? String(header[name] ?? '') : '');
		if (messages.length === 0) {
			const number = this.system.nextNumber('order');
			const order: Row = {
				SalesOrder: number,
				SalesOrderType: taken('DOC_TYPE'),
				SalesOrganization: taken('SALES_ORG'),
				DistributionChannel: taken('DISTR_CHAN'),
				OrganizationDivision: taken('DIVISION'),
				SoldToParty: soldTo,
				PurchaseOrderByCustomer: taken('PURCH_NO_C'),
				PurchaseOrderByShipToParty: taken('PURCH_NO_S'),
				TransactionCurrency: taken('CURRENCY'),
			};
			const rows = items.map((item): Row => {
				const item_number = String(Number(item['ITM_NUMBER'] ?? 0));
				const schedule = schedules.find((one) => Number(one['ITM_NUMBER']) === Number(item_number));
				return {
					SalesOrder: number,
					SalesOrderItem: item_number,
					Material: String(item['MATERIAL'] ?? ''),
					RequestedQuantity: String(schedule?.['REQ_QTY'] ?? '0'),
					RequestedQuantityUnit: String(item['TARGET_QU'] ?? ''),
				};
			});
			try {
				this.system.completeOrder(order, rows, []);
				this.system.tables.of('A_SalesOrder').push(order);
				this.system.tables.of('A_SalesOrderItem').push(...rows);
				messages.push({
					TYPE: 'S',
					ID: 'V4',
					NUMBER: '233',
					MESSAGE: 'SALES_HEADER_IN has been processed successfully',
				});
				messages.push({ TYPE: 'S', ID: 'V1', NUMBER: '311', MESSAGE: `Standard Order ${number} has been saved` });
				for (const one of this.system.takeMessages()) {
					const [id = '', code = ''] = one.code.split('/');
					messages.push({ TYPE: 'W', ID: id, NUMBER: code, MESSAGE: one.message });
				}
				if (parameters['TESTRUN'] === 'X') {
					this.system.tables.restore(before);
					return { SALESDOCUMENT: '', RETURN: messages.slice(0, 1) };
				}
				unit.before ??= before;
				return { SALESDOCUMENT: number.padStart(10, '0'), RETURN: messages };
			} catch (thrown) {
				if (!(thrown instanceof GatewayError)) throw thrown;
				const [id = '', code = ''] = thrown.code.split('/');
				messages.push(error(id, code, thrown.message));
			}
		}
		this.system.tables.restore(before);
		messages.push(error('V4', '219', 'Sales document was not changed'));
		return { SALESDOCUMENT: '', RETURN: messages };
	}

	private cancel(parameters: Fields, unit: LogicalUnit): Fields {
		const before = this.system.tables.snapshot();
		const number = String(parameters['BILLINGDOCUMENT'] ?? '').replace(/^0+/, '');
		try {
			this.system.checkLock('A_BillingDocument', number);
		} catch (thrown) {
			if (!(thrown instanceof GatewayError)) throw thrown;
			return { RETURN: [error('V1', '042', thrown.message)], SUCCESS: [] };
		}
		const done = this.system.cancelBilling(number);
		if (!('cancellation' in done)) {
			this.system.tables.restore(before);
			const [id = '', code = ''] = done.code.split('/');
			return { RETURN: [error(id, code, done.message)], SUCCESS: [] };
		}
		if (parameters['TESTRUN'] === 'X') {
			this.system.tables.restore(before);
			return { RETURN: [], SUCCESS: [] };
		}
		unit.before ??= before;
		const saved = { TYPE: 'S', ID: 'VF', NUMBER: '311', MESSAGE: `Document ${done.cancellation} has been saved` };
		return {
			RETURN: [saved],
			SUCCESS: [{ BILL_DOC: done.cancellation.padStart(10, '0'), REF_DOC: number.padStart(10, '0') }],
		};
	}
}

/** What a wrapper does: the work, a look at RETURN, then commit or roll back in the same call. */
function committed(unit: LogicalUnit, work: (unit: LogicalUnit) => Fields, rollback: () => void): Fields {
	const result = work(unit);
	const failed = rowsOf(result['RETURN']).some((one) => one['TYPE'] === 'E' || one['TYPE'] === 'A');
	if (failed) rollback();
	else unit.before = undefined;
	return result;
}

const error = (id: string, number: string, message: string): Message => ({
	TYPE: 'E',
	ID: id,
	NUMBER: number,
	MESSAGE: message,
});

/** Tables come back only when they were in the request, were they empty there. */
function requested(result: Fields, parameters: Fields): Fields {
	return Object.fromEntries(
		Object.entries(result).filter(([name, value]) => !Array.isArray(value) || name in parameters),
	);
}

function readCall(
	body: string,
	names: 'upperCase' | 'camelCase',
): { name: string; parameters: Fields; stateful: boolean } {
	const parser = new XMLParser({
		ignoreAttributes: false,
		attributeNamePrefix: '@',
		parseTagValue: false,
		isArray: (name) => name === 'item',
	});
	const document = parser.parse(body) as Fields;
	const envelope = within(document, 'Envelope');
	const content = within(envelope, 'Body');
	const [entry] = Object.entries(content).filter(([name]) => !name.startsWith('@'));
	if (!entry) throw new Error('The body is empty');
	const [tag, raw] = entry;
	if (!body.includes(`"${NAMESPACES[names]}"`))
		throw new Error(`The call is not in the namespace ${NAMESPACES[names]}`);
	const header = Object.entries(envelope).find(([name]) => name.endsWith(':Header'))?.[1];
	const stateful = JSON.stringify(header ?? {}).includes('"true"');
	const bare = tag.split(':').at(-1) ?? '';
	const parameters = fieldsOf(raw);
	return names === 'upperCase'
		? { name: bare, parameters: withoutAttributes(parameters), stateful }
		: { name: abapName(bare), parameters: withoutAttributes(abapKeys(parameters) as Fields), stateful };
}

function within(document: Fields, name: string): Fields {
	const found = Object.entries(document).find(([tag]) => tag === name || tag.endsWith(`:${name}`));
	if (!found) throw new Error(`No ${name}`);
	return fieldsOf(found[1]);
}

const withoutAttributes = (fields: Fields) =>
	Object.fromEntries(Object.entries(fields).filter(([name]) => !name.startsWith('@')));

/** `OrderHeaderIn` is ORDER_HEADER_IN; `BapiSalesorderCreatefromdat2` has no telling where its words ended but the capitals. */
const abapName = (name: string) => name.replace(/(?<=.)([A-Z])/g, '_$1').toUpperCase();

function abapKeys(value: unknown): unknown {
	if (Array.isArray(value)) return value.map(abapKeys);
	if (typeof value !== 'object' || value === null) return value;
	return Object.fromEntries(
		Object.entries(value).map(([name, held]) => [
			name === 'item' || name.startsWith('@') ? name : abapName(name),
			abapKeys(held),
		]),
	);
}

/** ORDER_HEADER_IN is `OrderHeaderIn`. */
const camel = (name: string) =>
	name
		.toLowerCase()
		.split('_')
		.map((word) => word.charAt(0).toUpperCase() + word.slice(1))
		.join('');

function success(name: string, result: Fields, names: 'upperCase' | 'camelCase'): SoapAnswer {
	const styled = (value: unknown): unknown => {
		if (Array.isArray(value)) return { item: value.map(styled) };
		if (typeof value !== 'object' || value === null) return value;
		return Object.fromEntries(
			Object.entries(value).map(([key, held]) => [names === 'upperCase' ? key : camel(key), styled(held)]),
		);
	};
	const tag = names === 'upperCase' ? `${name}.Response` : `${camel(name)}Response`;
	const builder = new XMLBuilder({ ignoreAttributes: false, attributeNamePrefix: '@' });
	const body = builder.build({
		'soap-env:Envelope': {
			'@xmlns:soap-env': ENVELOPE,
			'soap-env:Header': '',
			'soap-env:Body': { [`n0:${tag}`]: { '@xmlns:n0': NAMESPACES[names], ...(styled(result) as Fields) } },
		},
	}) as string;
	return { status: 200, headers: { 'content-type': 'text/xml; charset=utf-8' }, body };
}

function fault(code: string, text: string): SoapAnswer {
	const escaped = text.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
	const body =
		`<soap-env:Envelope xmlns:soap-env="${ENVELOPE}"><soap-env:Body><soap-env:Fault><faultcode>soap-env:${code}</faultcode>` +
		`<faultstring xml:lang="en">${escaped}</faultstring></soap-env:Fault></soap-env:Body></soap-env:Envelope>`;
	return { status: 500, headers: { 'content-type': 'text/xml; charset=utf-8' }, body };
}

function fieldsOf(value: unknown): Fields {
	return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Fields) : {};
}

function rowsOf(value: unknown): Fields[] {
	if (Array.isArray(value)) return value.map(fieldsOf);
	const { item } = fieldsOf(value);
	return Array.isArray(item) ? item.map(fieldsOf) : [];
}
