import type { EdmProperty, EdmType, ServiceModel } from './model';

/** The $metadata that the stand-in answers with: made from the model, so that it says what is really checked. */
export function writeEdmx(model: ServiceModel): string {
	const { namespace } = model;
	const associations: string[] = [];
	const types = [...model.types.values()].map((type) => writeType(namespace, type, associations));
	const sets = [...model.sets.values()].map(
		(set) =>
			`<EntitySet Name="${set.name}" EntityType="${namespace}.${set.type}"${flag('creatable', set.creatable)}${flag('updatable', set.updatable)}${flag('deletable', set.deletable)}/>`,
	);
	const functions = [...model.functions.values()].map(
		(one) =>
			`<FunctionImport Name="${one.name}" m:HttpMethod="${one.method}">` +
			one.parameters.map((name) => `<Parameter Name="${name}" Type="Edm.String" Mode="In"/>`).join('') +
			'</FunctionImport>',
	);
	return [
		'<?xml version="1.0" encoding="utf-8"?>',
		'<edmx:Edmx Version="1.0" xmlns:edmx="http://schemas.microsoft.com/ado/2007/06/edmx"',
		' xmlns:m="http://schemas.microsoft.com/ado/2007/08/dataservices/metadata" xmlns:sap="http://www.sap.com/Protocols/SAPData">',
		'<edmx:DataServices m:DataServiceVersion="2.0">',
		`<Schema Namespace="${namespace}" xmlns="http://schemas.microsoft.com/ado/2008/09/edm">`,
		...types,
		...associations,
		`<EntityContainer Name="${namespace}_Entities" m:IsDefaultEntityContainer="true">`,
		...sets,
		...functions,
		'</EntityContainer></Schema></edmx:DataServices></edmx:Edmx>',
	].join('\n');
}

function writeType(namespace: string, type: EdmType, associations: string[]): string {
	const navigations = [...type.navigations.values()].map((one) => {
		const name = `${type.name}_${one.name}`;
		associations.push(
			`<Association Name="${name}"><End Type="${namespace}.${type.name}" Multiplicity="1" Role="From_${name}"/>` +
				`<End Type="${namespace}.${one.target}" Multiplicity="${one.many ? '*' : '0..1'}" Role="To_${name}"/></Association>`,
		);
		return `<NavigationProperty Name="${one.name}" Relationship="${namespace}.${name}" FromRole="From_${name}" ToRole="To_${name}"/>`;
	});
	return [
		`<EntityType Name="${type.name}"><Key>`,
		...type.keys.map((key) => `<PropertyRef Name="${key}"/>`),
		'</Key>',
		...[...type.properties.values()].map((property) => writeProperty(property, type.concurrency)),
		...navigations,
		'</EntityType>',
	].join('');
}

function writeProperty(property: EdmProperty, concurrency: string | undefined): string {
	const number = (name: string, value: number | undefined) => (value === undefined ? '' : ` ${name}="${value}"`);
	return (
		`<Property Name="${property.name}" Type="${property.type}"${property.nullable ? '' : ' Nullable="false"'}` +
		number('MaxLength', property.maxLength) +
		number('Precision', property.precision) +
		number('Scale', property.scale) +
		(property.name === concurrency ? ' ConcurrencyMode="Fixed"' : '') +
		(property.display ? ` sap:display-format="${property.display}"` : '') +
		(property.label ? ` sap:label="${escaped(property.label)}"` : '') +
		flag('creatable', property.creatable) +
		flag('updatable', property.updatable) +
		flag('filterable', property.filterable) +
		'/>'
	);
}

const flag = (name: string, allowed: boolean) => (allowed ? '' : ` sap:${name}="false"`);

const escaped = (text: string) => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;');
