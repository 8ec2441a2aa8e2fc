/** A person of the account; the owner id is not the user id. */
export interface Owner {
	id: string;
	userId: number;
	email: string;
	firstName: string;
	lastName: string;
}

export const STOCK_OWNERS: Owner[] = [
	{ id: '71200001', userId: 9100001, email: 'ada.keller@example.com', firstName: 'Ada', lastName: 'Keller' },
	{ id: '71200002', userId: 9100002, email: 'ben.okafor@example.com', firstName: 'Ben', lastName: 'Okafor' },
];
