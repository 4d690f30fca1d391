/** The generated types of the protocol, under the names that the desk uses. */

import type { AgentStatus, MessageView, TicketDetails as GeneratedDetails } from '@uwallet/shared/protocol.gen.ts';

export type {
  AgentFigures,
  AgentPerformance,
  AttachmentView as Attachment,
  AgentSessionView as AgentSession,
  AgentStatus as Agent,
  AuditEntryView as AuditEntry,
  AuditPage,
  AuditVerification,
  BoardView as Board,
  CannedReply,
  CannedReplyRequest,
  ConfigurationView as Configuration,
  Conversation,
  ConversationFilters,
  ConversationPage,
  BlockList,
  Customer,
  DeskEvents,
  Enrolled,
  EnrolmentView as Enrolment,
  ErasedView as Erased,
  FactorProof,
  HolidayRange,
  HookTest,
  HoursValue,
  OfficialHolidays,
  PersonRequest,
  DeskMessagePage as Page,
  DeskQueue as Queue,
  DeskSessionView as Session,
  DeskSettings as Settings,
  LabelUse,
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
  PerformanceView as Performance,
  QualitySheet,
  RecoveryCodes,
  ReplyImport,
  Review,
  Reviews,
  Role,
  SecondFactorView as SecondFactor,
  SecondStepNeeded as SecondStep,
  SignInOptions,
  Suggestion,
  Ticket,
  TimersValue,
  TicketDetails,
  TicketEvent,
  TicketReview,
  WatchResult,
} from '@uwallet/shared/protocol.gen.ts';

export type Presence = AgentStatus['presence'];
export type TicketStatus = GeneratedDetails['status'];
export type Author = MessageView['author'];
export type Progress = NonNullable<GeneratedDetails['progress']>;

/** By which rule tickets are found for a quality check. */
export type SampleRule = 'random' | 'stolen' | 'low_rating' | 'long' | 'complaint';
