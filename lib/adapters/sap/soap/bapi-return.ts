import { childrenOf, textOf, type XmlElement } from '../../../xml/document';
import { CrosslinkError } from '../../../errors';
import { isLock, lockedError } from '../errors';
import type { NameStyle } from './names';

/** One line of a BAPIRET2. */
export interface BapiMessage {
	/** S success, I information, W warning, E error, A abort. */
	type: string;
	/** Message class and number: `V1/311`. */
	code: string;
	message: string;
	row: string;
	field: string;
	logNumber: string;
}

/** RETURN as a table, or as the single structure that the commit gives. */
export function readReturn(answer: XmlElement, style: NameStyle): BapiMessage[] {
	return childrenOf(answer, style.of('RETURN')).flatMap((table) => {
		const items = childrenOf(table, 'item');
		return (items.length > 0 ? items : [table]).map((row) => readMessage(row, style)).filter(({ type }) => type !== '');
	});
}

function readMessage(row: XmlElement, style: NameStyle): BapiMessage {
	const text = (name: string) => textOf(row, style.of(name));
	return {
		type: text('TYPE').toUpperCase(),
		code: `${text('ID')}/${text('NUMBER')}`,
		message: text('MESSAGE'),
		row: text('ROW'),
		field: text('FIELD'),
		logNumber: text('LOG_NO'),
	};
}

/** E and A are failures; S, I and W are not, whatever they say. */
export function isFailed(messages: readonly BapiMessage[]): boolean {
	return messages.some(({ type }) => type === 'E' || type === 'A');
}

/** Said beside a yes. */
export function warningsIn(messages: readonly BapiMessage[]): string[] {
	return messages.filter(({ type }) => type === 'W').map(({ code, message }) => `${code}: ${message}`);
}

const MAX_TEXT = 600;

/** What a refused call is: `transient` for a lock, otherwise `rejected`. Nothing was done, it was rolled back. */
export function refusalOf(purpose: string, messages: readonly BapiMessage[]): CrosslinkError {
	const failed = messages.filter(({ type }) => type === 'E' || type === 'A');
	const said = failed.map(shown).join('; ').slice(0, MAX_TEXT);
	if (failed.some(isLock)) return lockedError(purpose, said);
	return new CrosslinkError({
		class: 'rejected',
		code: 'sap_refused',
		message: `SAP did not ${purpose}: ${said}`,
		remedy: 'Correct what SAP names here; nothing was saved.',
	});
}

function shown({ code, message, row, field, logNumber }: BapiMessage): string {
	const where = [row && row !== '0' && `row ${row}`, field && `field ${field}`, logNumber && `log ${logNumber}`].filter(
		Boolean,
	);
	return `[${code}] ${message}${where.length > 0 ? ` (${where.join(', ')})` : ''}`;
}
