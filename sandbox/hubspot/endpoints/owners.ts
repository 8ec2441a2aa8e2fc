import type { Owner } from '../account/owners';
import { versioned, type Endpoint } from '../http/endpoint';
import { notFound } from '../http/vendor-error';

const CREATED = '2024-01-15T08:00:00.000Z';

const ownerView = (owner: Owner) => ({
	...owner,
	type: 'PERSON',
	userIdIncludingInactive: owner.userId,
	archived: false,
	createdAt: CREATED,
	updatedAt: CREATED,
	teams: [],
});

const scopes = () => ['crm.objects.owners.read'];

/** People who can own records. */
export const ownerEndpoints: Endpoint[] = [
	{
		method: 'GET',
		paths: versioned('owners', '', ['v3']),
		scopes,
		handle(call) {
			const email = call.query.get('email');
			const limit = Number(call.query.get('limit') ?? '100');
			const after = Number(call.query.get('after') ?? '0');
			const archived = call.query.get('archived') === 'true';
			const found = archived ? [] : call.state.owners.filter((owner) => email === null || owner.email === email);
			const shown = found.slice(after, after + limit);
			const next = after + limit < found.length ? String(after + limit) : undefined;
			return {
				status: 200,
				body: {
					results: shown.map(ownerView),
					...(next ? { paging: { next: { after: next, link: `?after=${next}` } } } : {}),
				},
			};
		},
	},
	{
		method: 'GET',
		paths: versioned('owners', '/:ownerId', ['v3']),
		scopes,
		handle(call) {
			const key = call.query.get('idProperty') === 'userId' ? 'userId' : 'id';
			const found = call.state.owners.find((owner) => String(owner[key]) === call.params.ownerId);
			if (!found) throw notFound(`Owner ${call.params.ownerId} does not exist`);
			return { status: 200, body: ownerView(found) };
		},
	},
];
