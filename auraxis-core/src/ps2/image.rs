//! Pictures.

use crate::{census::OFFICIAL_URL, id::ImageId};

/// The address of a picture, a PNG. It needs no service id, and other servers have none.
#[must_use]
pub fn image_url(image_id: ImageId) -> String {
    format!("{OFFICIAL_URL}/files/ps2/images/static/{image_id}.png")
}
