//! Image URLs.

use crate::{census::OFFICIAL_URL, id::ImageId};

/// Returns the URL of an image (PNG) on the official server. No service id is required; other servers have no images.
#[must_use]
pub fn image_url(image_id: ImageId) -> String {
    format!("{OFFICIAL_URL}/files/ps2/images/static/{image_id}.png")
}
