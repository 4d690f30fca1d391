/** The generated types of the protocol, under the names that the desk uses. */

import type { AgentStatus, MessageView, TicketDetails as GeneratedDetails } from '@uwallet/shared/protocol.gen.ts';

export type {
  AttachmentView as Attachment,
  AgentSessionView as AgentSession,
  AgentStatus as Agent,
  AuditEntryView as AuditEntry,
  AuditPage,
  AuditVerification,
  CannedReply,
  Conversation,
  ConversationFilters,
  ConversationPage,
  DeskEvents,
  Enrolled,
  EnrolmentView as Enrolment,
  ErasedView as Erased,
  FactorProof,
  PersonRequest,
  DeskMessagePage as Page,
  DeskQueue as Queue,
  DeskSessionView as Session,
  DeskSettings as Settings,
  LeaveView as Leave,
  Routing as RoutingRules,
  RoutingView,
  ServiceFigures,
  ServiceTargets,
  ServiceTargetsView,
  SkillGroup,
  SkillGroupRequest as GroupRequest,
  Intent,
  DeskMessageView as Message,
  QueueCounts as Counts,
  RecoveryCodes,
  Role,
  SecondFactorView as SecondFactor,
  SecondStepNeeded as SecondStep,
  SignInOptions,
  Suggestion,
  Ticket,
  TicketDetails,
  TicketEvent,
  WatchResult,
} from '@uwallet/shared/protocol.gen.ts';

export type Presence = AgentStatus['presence'];
export type TicketStatus = GeneratedDetails['status'];
export type Author = MessageView['author'];
export type Progress = NonNullable<GeneratedDetails['progress']>;
