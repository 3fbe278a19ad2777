import type { SimType } from "./object-type.ts";

/** An object as the portal holds it; answers are made of it. */
export interface SimObject {
  readonly id: string;
  readonly properties: Readonly<Record<string, string>>;
  readonly createdAtMs: number;
  readonly updatedAtMs: number;
  /** Present while the object lies in the recycling bin. */
  readonly archivedAtMs?: number;
}

/** One association seen from one end. Type ids: see association-type.ts. */
export interface SimLink {
  readonly toType: SimType;
  readonly toId: string;
  readonly isPrimary: boolean;
}

export interface PropertyDefinition {
  readonly name: string;
  readonly label: string;
  readonly type: string;
  readonly fieldType: string;
  readonly options: readonly { readonly label: string; readonly value: string }[];
}

export interface PipelineStage {
  readonly id: string;
  readonly label: string;
  /** Strings on the wire, as HubSpot sends them. */
  readonly metadata: { readonly probability: string; readonly isClosed: string };
}

export interface Pipeline {
  readonly id: string;
  readonly label: string;
  readonly stages: readonly PipelineStage[];
}

/** Which account the simulator plays. */
export interface PortalIdentity {
  readonly portalId: number;
  readonly appId: number;
  readonly uiDomain: string;
  readonly timeZone: string;
}

/** Which slice of a type a list asks for. */
export interface ListRequest {
  /** Exclusive lower bound. */
  readonly afterId: string | undefined;
  readonly limit: number;
  readonly isArchived: boolean;
  readonly asOfMs: number;
}

/** What the API reads from: a world that is held in memory, or one that is computed. */
export interface PortalSource {
  readonly identity: PortalIdentity;
  readonly now: () => number;
  readonly pipelines: () => readonly Pipeline[];
  readonly propertyDefinitions: (type: SimType) => ReadonlyMap<string, PropertyDefinition>;
  /** The object behind an id, merges followed; its own id may differ from the one asked for. */
  readonly findObject: (type: SimType, id: string, asOfMs: number) => SimObject | undefined;
  /** In ascending id order. */
  readonly listObjects: (type: SimType, request: ListRequest) => readonly SimObject[];
  /** In ascending id order; empty for merged-away and archived objects. */
  readonly listLinks: (ends: LinkRequest) => readonly SimLink[];
}

/** Whose links with which type. */
export interface LinkRequest {
  readonly type: SimType;
  readonly id: string;
  readonly toType: SimType;
  readonly asOfMs: number;
}
