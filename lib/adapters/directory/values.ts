import { isUtf8 } from 'node:buffer';
import type { FieldValue } from '../adapter';
import type { AttributeValues } from './entry';
import { guidToText } from './guid';
import { MAX_VALUE_BYTES } from './limits';
import { sidToText } from './sid';
import { fileTimeToIso, generalizedToIso } from './times';

/** Names in lower case. What is not listed is text where it is valid UTF-8, base64 where it is not. */
const GUIDS = new Set(['objectguid', 'msexchmailboxguid', 'attributesecurityguid', 'schemaidguid', 'invocationid']);
const SIDS = new Set(['objectsid', 'sidhistory', 'tokengroups', 'tokengroupsglobalanduniversal', 'securityidentifier']);
/** Always base64, else the form of a value would hang on its bytes. */
const BYTES = new Set([
	'audio',
	'auditingpolicy',
	'cacertificate',
	'dnsrecord',
	'jpegphoto',
	'logonhours',
	'ms-ds-consistencyguid',
	'msds-generationid',
	'ntsecuritydescriptor',
	'photo',
	'replpropertymetadata',
	'repluptodatevector',
	'thumbnaillogo',
	'thumbnailphoto',
	'usercertificate',
	'userparameters',
	'userpkcs12',
	'usersmimecertificate',
]);
const FILE_TIMES = new Set([
	'accountexpires',
	'badpasswordtime',
	'lastlogoff',
	'lastlogon',
	'lastlogontimestamp',
	'lockouttime',
	'pwdlastset',
	'msds-lastsuccessfulinteractivelogontime',
	'msds-lastfailedinteractivelogontime',
	'msds-userpasswordexpirytimecomputed',
]);
const TIMES = new Set([
	'authtimestamp',
	'createtimestamp',
	'currenttime',
	'dscorepropagationdata',
	'modifytimestamp',
	'pwdaccountlockedtime',
	'pwdchangedtime',
	'pwdendtime',
	'pwdfailuretime',
	'pwdgraceusetime',
	'pwdlastsuccess',
	'pwdstarttime',
	'whenchanged',
	'whencreated',
]);
/** Lists even with one value: whoever reads them wants to go through them. */
const LISTS = new Set([
	'directreports',
	'member',
	'memberof',
	'memberuid',
	'objectclass',
	'othermailbox',
	'othertelephone',
	'proxyaddresses',
	'serviceprincipalname',
	'sidhistory',
	'tokengroups',
	'uniquemember',
	'usercertificate',
]);

/**
 * Values of an attribute in the form of a record: one as text, several as a list, known lists always as one, none as null.
 * GUIDs and SIDs as they are written, times in ISO 8601, bytes in base64. Undefined = a value is larger than is kept.
 */
export function toFieldValue(attribute: AttributeValues | undefined): FieldValue | undefined {
	const [name = '', ...options] = attribute?.name.toLowerCase().split(';') ?? [];
	const binary = options.includes('binary') || BYTES.has(name);
	const values = attribute?.values ?? [];
	if (values.some((value) => value.length > MAX_VALUE_BYTES)) return undefined;
	const converted = values.map((value) => (binary ? value.toString('base64') : convert(name, value)));
	if (LISTS.has(name) || converted.length > 1) return converted;
	return converted[0] ?? null;
}

function convert(name: string, value: Buffer): FieldValue {
	if (GUIDS.has(name) && value.length === 16) return guidToText(value);
	if (SIDS.has(name)) return sidToText(value) ?? value.toString('base64');
	if (!isUtf8(value)) return value.toString('base64');
	const text = value.toString('utf8');
	if (FILE_TIMES.has(name)) {
		const time = fileTimeToIso(text);
		return time === undefined ? text : time;
	}
	if (TIMES.has(name)) return generalizedToIso(text) ?? text;
	return text;
}

/** What a kind of attribute holds, for lists of fields. */
export function isTime(name: string): boolean {
	return FILE_TIMES.has(name.toLowerCase()) || TIMES.has(name.toLowerCase());
}
