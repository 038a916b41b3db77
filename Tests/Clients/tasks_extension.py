"""The extension io.modelcontextprotocol/tasks for the client of mcp 2.x, which has none of its own."""

from typing import Any, Literal

from mcp.client.extension import ClientExtension, ResultClaim
from mcp_types import Request, RequestParams, Result
from pydantic import ConfigDict, Field


class TaskFields(Result):
    model_config = ConfigDict(extra="allow")
    task_id: str = Field(alias="taskId")
    status: Literal["working", "input_required", "completed", "failed", "cancelled"]
    status_message: str | None = Field(default=None, alias="statusMessage")
    created_at: str = Field(alias="createdAt")
    last_updated_at: str = Field(alias="lastUpdatedAt")
    ttl_ms: int | None = Field(alias="ttlMs")
    poll_interval_ms: int | None = Field(default=None, alias="pollIntervalMs")


class CreatedTask(TaskFields):
    result_type: Literal["task"] = Field(alias="resultType")


class Task(TaskFields):
    result_type: Literal["complete"] = Field(alias="resultType")
    result: dict[str, Any] | None = None
    error: dict[str, Any] | None = None


class Acknowledged(Result):
    result_type: Literal["complete"] = Field(alias="resultType")


class TaskParams(RequestParams):
    task_id: str = Field(serialization_alias="taskId")
    input_responses: dict[str, Any] | None = Field(default=None, serialization_alias="inputResponses")


class TaskRequest(Request[TaskParams, str]):
    method: str
    params: TaskParams
    name_param = "taskId"


class Tasks(ClientExtension):
    identifier = "io.modelcontextprotocol/tasks"

    def claims(self):
        async def resolve(created, context):
            raise AssertionError("the tests drive tasks themselves")

        return (ResultClaim(result_type="task", model=CreatedTask, resolve=resolve),)


async def get(session, task_id: str) -> Task:
    return await session.send_request(TaskRequest(method="tasks/get", params=TaskParams(task_id=task_id)), Task)


async def cancel(session, task_id: str) -> Acknowledged:
    return await session.send_request(TaskRequest(method="tasks/cancel", params=TaskParams(task_id=task_id)), Acknowledged)


async def update(session, task_id: str, responses: dict) -> Acknowledged:
    params = TaskParams(task_id=task_id, input_responses=responses)
    return await session.send_request(TaskRequest(method="tasks/update", params=params), Acknowledged)
