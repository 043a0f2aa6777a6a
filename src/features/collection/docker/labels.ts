import type { ContainerInspectInfo } from 'dockerode'
import type { Labels } from '#platform/telemetry/labels.ts'

/** Compose's own labels, and what the log option `tag` says in the form `service|image_tag|instance_name`. */
export function labelsOf({ Id, Name, Config, HostConfig }: ContainerInspectInfo): Labels {
  const name = Name.replace(/^\//, '')
  const project = Config.Labels['com.docker.compose.project']
  const composeService = Config.Labels['com.docker.compose.service']
  const tagged = tagLabels(HostConfig.LogConfig?.Config?.['tag'], { id: Id, name, image: Config.Image })
  return {
    container: name,
    container_id: Id.slice(0, 12),
    image: Config.Image,
    ...(project && { compose_project: project }),
    ...(composeService && { compose_service: composeService }),
    ...tagged,
    service_name: tagged?.service ?? composeService ?? name,
  }
}

interface Container {
  id: string
  name: string
  image: string
}

function tagLabels(tag: string | undefined, { id, name, image }: Container) {
  if (tag === undefined) return undefined
  const values: Record<string, string> = { ID: id.slice(0, 12), FullID: id, Name: name, ImageName: image }
  const text = tag.replaceAll(/\{\{\s*\.(\w+)\s*\}\}/g, (whole, field: string) => values[field] ?? whole)
  const [service, imageTag, instance, ...more] = text.split('|')
  if (!service || !imageTag || !instance || more.length > 0) return undefined
  return { service, image_tag: imageTag, instance_name: instance }
}
