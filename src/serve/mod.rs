//! stub
#![allow(missing_docs)]
pub fn run(_s:&crate::settings::Settings,_p:u16)->Result<(),std::io::Error>{ Ok(()) }
