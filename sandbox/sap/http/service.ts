import type { ServiceModel } from '../metadata/model';
import { typeOfSet } from '../metadata/model';
import { writeEdmx } from '../metadata/write-edmx';
import { badRequest, GatewayError, notAllowed, notFound } from '../odata/gateway-error';
import { fromLiteral } from '../odata/values';
import { createEntity, deleteEntity, etagOf, updateEntity } from '../system/write';
import type { SapSystem } from '../system/system';
import { readBatch, writeBatch, type PartAnswer, type PartRequest } from './batch';
import { encodeRow, readTarget, resolve, uriOf, type ReadOptions } from './read';

export interface ServiceRequest {
	method: string;
	/** Below the service's root, decoded. */
	path: string;
	query: URLSearchParams;
	/** Names in lower case. */
	headers: Record<string, string>;
	body: string;
}

export interface ServiceAnswer {
	status: number;
	headers: Record<string, string>;
	body: string;
}

/** One OData service of the system. Every write is done wholly or not at all. */
export class Service {
	constructor(
		private readonly system: SapSystem,
		readonly model: ServiceModel,
		private readonly reading: Omit<ReadOptions, 'model' | 'tables' | 'root'>,
	) {}

	answer(request: ServiceRequest, root: string): ServiceAnswer {
		const wantsJson = (request.headers['accept'] ?? '').includes('json') || request.query.get('$format') === 'json';
		const before = this.system.tables.snapshot();
		try {
			return this.perform(request, root);
		} catch (thrown) {
			if (!(thrown instanceof GatewayError)) throw thrown;
			this.system.tables.restore(before);
			return refusal(thrown, wantsJson);
		}
	}

	private perform(request: ServiceRequest, root: string): ServiceAnswer {
		const { method, path } = request;
		if (path === '$batch') return this.batch(request, root);
		if (path === '$metadata')
			return { status: 200, headers: { 'content-type': 'application/xml' }, body: writeEdmx(this.model) };
		if (path === '') return json(200, { d: { EntitySets: [...this.model.sets.keys()] } });
		const called = this.model.functions.get(path);
		if (called) return this.call(called.name, called.method, request);
		// A tunnelled verb, for whoever cannot send PATCH.
		const verb = method === 'POST' ? (request.headers['x-http-method'] ?? 'POST') : method;
		switch (verb) {
			case 'GET':
				return this.read(path, request.query, root);
			case 'POST':
				return this.create(path, request, root);
			case 'PATCH':
			case 'MERGE':
			case 'PUT':
				return this.update(path, request, verb === 'PUT');
			case 'DELETE': {
				const { set, keys } = resolve(this.scope(root), path);
				if (!keys) throw notAllowed('A set cannot be deleted');
				deleteEntity(this.system, this.model, set, keys, request.headers['if-match']);
				return { status: 204, headers: {}, body: '' };
			}
			default:
				throw notAllowed(`Method '${verb}' not allowed`);
		}
	}

	private scope(root: string): ReadOptions {
		return { ...this.reading, model: this.model, tables: this.system.tables, root };
	}

	private read(path: string, query: URLSearchParams, root: string): ServiceAnswer {
		const body = readTarget(this.scope(root), path, query) as { d: { __metadata?: { etag?: string } } };
		const etag = body.d.__metadata?.etag;
		return json(200, body, etag === undefined ? {} : { etag });
	}

	private create(path: string, request: ServiceRequest, root: string): ServiceAnswer {
		const target = resolve(this.scope(root), path);
		if (target.keys) throw notAllowed("Method 'POST' not allowed for an entity");
		const body = parse(request.body);
		const row = createEntity(this.system, this.model, target.set, body);
		const type = typeOfSet(this.model, target.set);
		const etag = etagOf(type, row);
		const given = typeof body === 'object' && body !== null ? Object.keys(body) : [];
		const expand = given.filter((name) => type.navigations.has(name)).join(',');
		return json(
			201,
			{ d: encodeRow(this.scope(root), type, row, null, expand) },
			{ location: uriOf(root, target.set.name, type, row), ...(etag === undefined ? {} : { etag }), ...this.said() },
		);
	}

	private update(path: string, request: ServiceRequest, replace: boolean): ServiceAnswer {
		const { set, keys } = resolve(this.scope(''), path);
		if (!keys) throw notAllowed('A set cannot be changed');
		updateEntity(this.system, this.model, set, keys, parse(request.body), request.headers['if-match'], replace);
		return { status: 204, headers: this.said(), body: '' };
	}

	private call(name: string, method: string, request: ServiceRequest): ServiceAnswer {
		if (request.method !== method) throw notAllowed(`Method '${request.method}' not allowed for ${name}`);
		const literal = request.query.get('BillingDocument');
		if (literal === null) throw badRequest('Parameter BillingDocument is missing');
		const number = String(fromLiteral(literal));
		if (name === 'GetPDF') {
			const document = this.system.tables.of('A_BillingDocument').find((one) => one['BillingDocument'] === number);
			if (!document) throw notFound(`Billing document ${number} does not exist`);
			const pdf = Buffer.from(`%PDF-1.4\n% Billing document ${number}\n%%EOF\n`);
			return json(200, { d: { GetPDF: { BillingDocumentBinary: pdf.toString('base64') } } });
		}
		if (name !== 'Cancel') throw new GatewayError(501, '/IWBEF/CM_MGW_RT/021', `Function ${name} is not implemented`);
		this.system.checkLock('A_BillingDocument', number);
		const done = this.system.cancelBilling(number);
		const ok = 'cancellation' in done;
		const [messageClass = '', messageNumber = ''] = ok ? ['VF', '311'] : done.code.split('/');
		// Refusals are rows of a success here: SystemMessageType tells.
		return json(200, {
			d: {
				results: [
					{
						BillingDocument: number,
						CancellationBillingDocument: ok ? done.cancellation : '',
						SystemMessageType: ok ? 'S' : 'E',
						SystemMessageIdentification: messageClass,
						SystemMessageNumber: messageNumber,
						SystemMessageText: ok ? `Document ${done.cancellation} has been saved` : done.message,
					},
				],
			},
		});
	}

	/** Change sets are done wholly or not at all; a failed one has one answer in its place. */
	private batch(request: ServiceRequest, root: string): ServiceAnswer {
		const groups = readBatch(request.headers['content-type'] ?? '', request.body).map((part) => {
			if (part.kind === 'single') return { changeSet: false, answers: [this.partAnswer(part.request, root)] };
			const before = this.system.tables.snapshot();
			const answers: PartAnswer[] = [];
			for (const one of part.requests) {
				const answer = this.partAnswer(one, root);
				if (answer.status >= 400) {
					this.system.tables.restore(before);
					return { changeSet: false, answers: [{ ...answer, contentId: undefined } as unknown as PartAnswer] };
				}
				answers.push({ ...answer, ...(one.contentId === undefined ? {} : { contentId: one.contentId }) });
			}
			return { changeSet: true, answers };
		});
		const { contentType, body } = writeBatch(groups);
		return { status: 202, headers: { 'content-type': contentType }, body };
	}

	private partAnswer(part: PartRequest, root: string): PartAnswer {
		const url = new URL(part.path, 'http://part/');
		const answer = this.answer(
			{
				method: part.method,
				path: decodeURIComponent(url.pathname.slice(1)),
				query: url.searchParams,
				headers: part.headers,
				body: part.body,
			},
			root,
		);
		return { status: answer.status, headers: answer.headers, body: answer.body };
	}

	/** What there is to say beside a success. */
	private said(): Record<string, string> {
		const [first, ...details] = this.system.takeMessages();
		if (!first) return {};
		return {
			'sap-message': JSON.stringify({ ...first, target: '', details: details.map((one) => ({ ...one, target: '' })) }),
		};
	}
}

function parse(body: string): unknown {
	try {
		return JSON.parse(body);
	} catch {
		throw badRequest('The request body is no JSON');
	}
}

const json = (status: number, body: unknown, headers: Record<string, string> = {}): ServiceAnswer => ({
	status,
	headers: { 'content-type': 'application/json;charset=utf-8', dataserviceversion: '2.0', ...headers },
	body: JSON.stringify(body),
});

export function refusal(error: GatewayError, wantsJson: boolean): ServiceAnswer {
	return wantsJson
		? json(error.status, error.toJson())
		: { status: error.status, headers: { 'content-type': 'application/xml;charset=utf-8' }, body: error.toXml() };
}
